// @ts-check

/** The writing direction of a text: that of its first letter. @param {string} text */
export function directionOf(text) {
  const letter = /\p{L}/u.exec(text)?.[0];
  return letter ? (/[\u0590-\u08ff\ufb1d-\ufefc]/.test(letter) ? 'rtl' : 'ltr') : undefined;
}

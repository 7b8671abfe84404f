// @ts-check
// The words of findings and of their repairs, as the editor shows them.

/** The words of a finding; names stand between backticks. @param {import('./state.js').Finding} finding */
export function words(finding) {
  const box = document.createElement('div');
  box.className = 'finding-words';
  for (const sentence of [finding.message, finding.help].filter(Boolean)) {
    const line = document.createElement('p');
    for (const [at, part] of sentence.split('`').entries()) {
      const piece = document.createElement(at % 2 ? 'code' : 'span');
      piece.textContent = part;
      line.append(piece);
    }
    box.append(line);
  }
  box.lastElementChild?.classList.toggle('muted', box.childElementCount > 1);
  return box;
}

/** The words of a repair for a button, which cannot set off code. @param {string} title */
export function asButton(title) {
  const plain = title.replaceAll('`', '');
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

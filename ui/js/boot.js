// Runs before the first paint, so that neither the theme nor the writing direction flashes, and asks for what the page
// of this address will need.
(() => {
  const root = document.documentElement;
  const asked = new URLSearchParams(location.search);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const kept = (name) => {
    try {
      return localStorage.getItem(`studio.${name}`);
    } catch {
      return null;
    }
  };
  const theme = () => {
    const chosen = asked.get('theme') || kept('theme');
    root.dataset.theme = chosen === 'dark' || chosen === 'light' ? chosen : dark.matches ? 'dark' : 'light';
  };
  theme();
  dark.addEventListener('change', theme);

  const known = ['en', 'es', 'fr', 'de', 'pt', 'it', 'ar', 'id', 'xx'];
  const wanted = [asked.get('lang'), kept('lang'), ...(navigator.languages || [])];
  const found = wanted.map((one) => (one || '').slice(0, 2)).find((one) => known.includes(one));
  root.lang = found || 'en';
  root.dir = root.lang === 'ar' ? 'rtl' : 'ltr';

  // The page that explains a code is English, and has no module.
  if (location.pathname.startsWith('/studio/codes/')) {
    return;
  }
  const assets = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/js\/boot\.js$/, '');
  const early = (more) => document.head.append(Object.assign(document.createElement('link'), more));
  const text = (/** @type {string} */ name) =>
    early({ rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: `${assets}text/${root.lang === 'xx' ? 'en' : root.lang}${name}.json` });
  text('');
  const [first = 'flows', file] = location.pathname.split('/').slice(2).filter(Boolean);
  const page = ['scripts', 'locales'].includes(first) || (first === 'knowledge' && file) ? 'flows' : first;
  // The files of a folder are whole: there the page names no texts of its own.
  if ((root.dataset.texts || '').split(' ').includes(page)) {
    text(`.${page}`);
  }
  if (page === 'flows') {
    early({ rel: 'modulepreload', href: `${assets}js/flows.js` });
    for (const name of ['editor', 'chat', 'flow']) {
      early({ rel: 'preload', as: 'style', href: `${assets}css/${name}.css` });
    }
  }
})();

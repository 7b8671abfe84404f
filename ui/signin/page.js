// @ts-check
// Signing in: by name and password, or by a link that sets a password; as a page, or over the page that is open.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { detail, signedOut } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { addressTo, here } from '../js/router.js';
import { begin, other, session, signIn } from '../js/session.js';
import { Language, Mark, otherTheme } from '../js/topbar.js';

const PASSWORD_CHARS_MIN = 10;

/** The secret of the link in the address; an empty text without one. */
const linkHere = () => (here.value.page === 'sign-in' ? location.hash.slice(1) : '');

/**
 * The sentence of a refusal, for people.
 * @param {import('../js/api.js').Answer} answer
 */
function sentence(answer) {
  const code = answer.body?.code;
  if (answer.status === 0) {
    return t('signin.offline');
  }
  if (code === 'wrong_password' || code === 'wrong_link' || code === 'needs_https') {
    return t(`signin.${code}`);
  }
  const weak = answer.body?.errors?.some((/** @type {any} */ one) => one.pointer === '/password');
  return weak ? t('signin.weak') : detail(answer);
}

/** Counts the seconds down until the next try. @returns {[number, (seconds: number) => void]} */
function useSeconds() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left > 0) {
      const timer = setTimeout(() => setLeft(left - 1), 1000);
      return () => clearTimeout(timer);
    }
  }, [left]);
  return [left, setLeft];
}

/** @param {{label: string, type?: string, name: string, value: string, change: (text: string) => void, complete: string, wrong: boolean, place?: any}} props */
const Field = ({ label, type = 'password', name, value, change, complete, wrong, place }) =>
  html`<label class="field"
    >${label}<input
      ref=${place}
      type=${type}
      name=${name}
      dir="auto"
      autocomplete=${complete}
      autocapitalize="none"
      spellcheck=${false}
      required
      aria-invalid=${wrong ? 'true' : undefined}
      aria-describedby=${wrong ? 'signin-refusal' : undefined}
      value=${value}
      onInput=${(/** @type {any} */ event) => change(event.target.value)}
  /></label>`;

/** @param {{link: string, person: string}} props `person` is who was signed in before */
function Form({ link, person }) {
  const [name, setName] = useState(person);
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [refusal, setRefusal] = useState('');
  const [waits, setWaits] = useState(false);
  const [left, setLeft] = useSeconds();
  /** Enter was pressed while nothing could be sent. */
  const [wished, setWished] = useState(false);
  const first = useRef(/** @type {HTMLInputElement | null} */ (null));
  const secret = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => (link || name ? secret : first).current?.focus(), []);
  const refuse = (/** @type {string} */ words) => {
    setRefusal(words);
    secret.current?.focus();
    secret.current?.select();
  };
  const send = async () => {
    if (waits || left > 0) {
      return;
    }
    setWished(false);
    if (link && [...password].length < PASSWORD_CHARS_MIN) {
      return refuse(t('signin.short', { n: PASSWORD_CHARS_MIN }));
    }
    if (link && password !== again) {
      return refuse(t('signin.differ'));
    }
    setWaits(true);
    const answer = await signIn(link ? { link, password } : { name: name.trim(), password });
    setWaits(false);
    if (answer.ok) {
      return;
    }
    if (answer.status === 429) {
      setRefusal('');
      setLeft(answer.wait || 1);
    } else {
      refuse(sentence(answer));
    }
  };
  useEffect(() => {
    if (wished && left === 0 && !waits) {
      send();
    }
  }, [wished, left, waits]);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  };
  // A form whose button is disabled is not sent by Enter.
  const pressed = (/** @type {KeyboardEvent} */ event) => event.key === 'Enter' && left > 0 && /** @type {Element} */ (event.target).matches('input') && setWished(true);
  const wrong = refusal !== '';
  return html`<form class="signin-form" onSubmit=${submit} onKeyDown=${pressed}>
    ${
      link
        ? html`<${Field} label=${t('signin.new')} name="new" complete="new-password" value=${password} change=${setPassword} wrong=${wrong} place=${secret} />
            <${Field} label=${t('signin.again')} name="again" complete="new-password" value=${again} change=${setAgain} wrong=${wrong} />`
        : html`<${Field} label=${t('signin.name')} type="text" name="name" complete="username" value=${name} change=${setName} wrong=${wrong} place=${first} />
            <${Field} label=${t('signin.password')} name="password" complete="current-password" value=${password} change=${setPassword} wrong=${wrong} place=${secret} />`
    }
    <div role="alert">
      ${wrong && html`<p class="refusal" id="signin-refusal" dir="auto">${refusal}</p>`}
      ${left > 0 && html`<p class="signin-wait">${t('signin.wait')} <span aria-hidden="true">${t('signin.seconds', { n: left })}</span></p>`}
      ${left > 0 && wished && html`<p class="signin-wait">${t('signin.then')}</p>`}
    </div>
    <button class="button main" disabled=${left > 0} aria-busy=${waits ? 'true' : undefined}>${t(link ? 'signin.set' : 'signin.enter')}</button>
  </form>`;
}

/** The page where nobody is signed in, and that of a link. */
export function Page() {
  const link = linkHere();
  const title = t(link ? 'signin.link' : 'signin.title');
  useEffect(() => {
    document.title = `${title} · Studio`;
  }, [title]);
  return html`<main class="signin">
    <div class="signin-tools">
      <${Language} />
      <button type="button" class="icon-button theme" title=${t('theme')} aria-label=${t('theme')} onClick=${otherTheme}>
        <${Icon} n="moon" class="when-light" /><${Icon} n="sun" class="when-dark" />
      </button>
    </div>
    <div class="signin-card">
      <p class="signin-brand"><${Mark} /><b>Studio</b></p>
      <h1>${title}</h1>
      ${link && html`<p class="muted">${t('signin.link.about', { n: PASSWORD_CHARS_MIN })}</p>`}
      <${Form} key=${link} link=${link} person="" />
      <p class="muted signin-help">
        ${link ? html`<a href=${addressTo('flows')}>${t('signin.have')}</a>` : t('signin.help')}
      </p>
    </div>
  </main>`;
}

/** Somebody else is signed in in this browser now. @param {{is: import('../js/session.js').Session}} props */
function Another({ is }) {
  const before = session.value?.person;
  const [back, setBack] = useState(false);
  if (back) {
    return html`<${Form} link="" person=${before ?? ''} />`;
  }
  return html`<div class="signin-form">
    <button type="button" class="button main" onClick=${begin}>${is.person ? t('signin.other.go', { name: is.person }) : t('signin.other.go_alone')}</button>
    ${before && html`<button type="button" class="button" onClick=${() => setBack(true)}>${t('signin.other.back', { name: before })}</button>`}
  </div>`;
}

/** Over the page that is open: what was being done is still there afterwards. */
export function Sheet() {
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    place.current.showModal();
    place.current.querySelector('input[type=password], .button.main').focus();
  }, []);
  const is = other.value;
  const title = is ? (is.person ? t('signin.other', { name: is.person }) : t('signin.other.nobody')) : t('signin.out');
  // Nothing below can be used before somebody signs in.
  const stay = () => signedOut.value && place.current?.showModal();
  return html`<dialog ref=${place} class="dialog for-signin" onCancel=${(/** @type {Event} */ event) => event.preventDefault()} onClose=${stay} aria-labelledby="signin-title" aria-describedby="signin-about">
    <div>
      <h2 id="signin-title" dir="auto">${title}</h2>
      <p class="muted" id="signin-about">${t(is ? 'signin.other.about' : 'signin.out.about')}</p>
      ${is ? html`<${Another} is=${is} />` : html`<${Form} link="" person=${session.value?.person ?? ''} />`}
    </div>
  </dialog>`;
}

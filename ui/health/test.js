// @ts-check
// A message to try the way out: it leaves only when the button is pressed, and outside of the window only as a template.
import { html, useEffect, useState } from '../vendor/preact.js';
import { detail, get, post } from '../js/api.js';
import { Icon } from '../js/icons.js';
import { t } from '../js/i18n.js';
import { millis, span } from '../js/moment.js';
import { coded } from '../js/wording.js';
import { Progress } from './progress.js';
import { Template } from './template.js';

const TYPING_MS = 350;
const RECENT = 100;
const SHOWN = 4;

/** @typedef {{known: boolean, open: boolean, ends_at: string | null, opted_out: boolean}} Window */

/** The window of somebody at a sender. @param {string} phone @param {number} sender @param {AbortSignal} signal @returns {Promise<Window | null>} */
async function windowOf(phone, sender, signal) {
  const found = await get(`/v1/contacts?phone=${encodeURIComponent(phone)}`, { signal });
  if (!found.ok) {
    return null;
  }
  const contact = found.body?.data?.[0];
  const talk = contact?.conversations?.find((/** @type {any} */ one) => one.sender === sender);
  const read = talk && (await get(`/v1/conversations/${talk.id}`, { signal }));
  const { open = false, ends_at = null } = read?.body?.window ?? {};
  return { known: Boolean(contact), open, ends_at, opted_out: Boolean(contact?.opted_out_at) };
}

/** People whose window is open, to choose from. @param {number | undefined} sender */
function useRecent(sender) {
  const [people, set] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    const control = new AbortController();
    get(`/v1/conversations?sort=recent&limit=${RECENT}`, { signal: control.signal }).then((answer) => {
      const all = /** @type {any[]} */ (answer.body?.data ?? []);
      const may = all.filter((one) => one.window?.open && one.sender?.id === sender && one.contact?.phone && !one.contact.opted_out_at);
      set(may.slice(0, SHOWN).map((one) => one.contact));
    });
    return () => control.abort();
  }, [sender]);
  return people;
}

/** @param {{window: Window}} props */
function Standing({ window }) {
  const left = window.ends_at ? span(Math.max(0, millis(window.ends_at) - Date.now())) : '';
  const words = window.opted_out
    ? t('health.test.opted_out')
    : window.open
      ? t('health.test.open', { span: left })
      : t(window.known ? 'health.test.closed' : 'health.test.unknown');
  const good = window.open && !window.opted_out;
  return html`<p class=${`test-window ${good ? 'good' : 'bad'}`} role="status"><${Icon} n=${good ? 'check' : 'lock'} s=${14} /><span>${words}</span></p>`;
}

/** @param {{senders: any[]}} props */
export function TestMessage({ senders }) {
  const [chosen, choose] = useState(0);
  const [phone, setPhone] = useState('');
  const [text, setText] = useState(t('health.test.words'));
  const [window, setWindow] = useState(/** @type {Window | null} */ (null));
  const [sent, setSent] = useState(/** @type {any} */ (null));
  const [wrong, setWrong] = useState(/** @type {{detail: string, code: string} | null} */ (null));
  const [busy, setBusy] = useState(false);
  const sender = senders.find((one) => one.id === chosen) ?? senders.find((one) => one.default) ?? senders[0];
  const people = useRecent(sender?.id);
  const number = phone.replace(/[\s()-]/g, '');
  const whole = /^\+\d{7,15}$/.test(number);
  useEffect(() => {
    setWindow(null);
    setSent(null);
    setWrong(null);
    if (!whole || !sender) {
      return undefined;
    }
    const control = new AbortController();
    const timer = setTimeout(async () => {
      const found = await windowOf(number, sender.id, control.signal);
      if (!control.signal.aborted) {
        setWindow(found);
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [number, sender?.id]);
  const send = async (/** @type {any} */ content) => {
    setBusy(true);
    setWrong(null);
    setSent(null);
    const answer = await post('/v1/messages', { contact: { phone: number }, sender: sender.id, ...content }, { key: crypto.randomUUID() });
    setBusy(false);
    if (answer.ok) {
      setSent(answer.body);
      return;
    }
    setWrong({ detail: answer.status ? detail(answer) : t('offline.start'), code: answer.body?.code ?? '' });
    if (answer.body?.code === 'window_closed') {
      // It closed while the page was open: from now on only templates are offered.
      setWindow((before) => before && { ...before, open: false });
    }
  };
  if (!sender) {
    return null;
  }
  const free = window?.open && !window.opted_out;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (free && text.trim()) {
      send({ text: text.trim() });
    }
  };
  return html`<section class="card test" aria-labelledby="test-title">
    <h2 id="test-title">${t('health.test')}</h2>
    <p class="muted">${t('health.test.about')}</p>
    <form onSubmit=${submit}>
      ${
        senders.length > 1 &&
        html`<label class="field"><span>${t('health.test.from')}</span><select value=${sender.id} onChange=${(/** @type {any} */ event) => choose(Number(event.target.value))}>
          ${senders.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === sender.id}>${one.name} · ${one.phone}</option>`)}</select></label>`
      }
      <label class="field"><span>${t('health.test.to')}</span><input class="test-to" dir="ltr" type="tel" inputmode="tel" autocomplete="off" placeholder="+34600111222" value=${phone} onInput=${(/** @type {any} */ event) => setPhone(event.target.value)} /></label>
      ${
        !number &&
        people.length > 0 &&
        html`<div class="test-people" role="group" aria-label=${t('health.test.people')}><small>${t('health.test.people')}</small>${people.map(
          (one) => html`<button type="button" key=${one.id} class="button small" onClick=${() => setPhone(one.phone)}><bdi>${one.name || one.phone}</bdi></button>`,
        )}</div>`
      }
      ${number && !whole && html`<p class="test-window"><span>${t('health.test.number')}</span></p>`}
      ${window && html`<${Standing} window=${window} />`}
      ${
        free &&
        html`<label class="field"><span>${t('health.test.text')}</span><input dir="auto" maxlength="1000" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} /></label>
        <button class="button main" disabled=${busy || !text.trim()}><${Icon} n="send" s=${14} />${t('health.test.send')}</button>`
      }
    </form>
    ${window && !window.open && !window.opted_out && html`<${Template} key=${sender.id} sender=${sender} busy=${busy} send=${send} />`}
    ${wrong && html`<p class="refusal" role="alert"><span dir="auto">${coded(wrong.detail)}</span>${wrong.code && html` <code>${wrong.code}</code>`}</p>`}
    ${sent && html`<${Progress} key=${sent.id} message=${sent} sandbox=${sender.provider === 'sandbox'} />`}
  </section>`;
}

// @ts-check
// Says that the role of the person has changed since this tab was loaded last: pages come and go with it.
import { t } from './i18n.js';
import { session } from './session.js';
import { say } from './state.js';

const SHELF = 'studio.role';

/** Compares with the last load of this tab, and remembers. */
export function tellRole() {
  const { person, role } = session.value ?? {};
  if (!person || !role) {
    return;
  }
  try {
    const [name, before] = JSON.parse(sessionStorage.getItem(SHELF) ?? '[]');
    sessionStorage.setItem(SHELF, JSON.stringify([person, role]));
    if (name === person && before !== role) {
      say(t('role.now', { role: t(`role.${role}`) }));
    }
  } catch {
    // Without storage nothing is known of the role before.
  }
}

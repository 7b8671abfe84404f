// The page's texts: all languages have the same keys and placeholders, and the plural forms of their language.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './harness.mjs';

const folder = join(ROOT, 'ui/text');
const texts = Object.fromEntries(
  readdirSync(folder).map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
);
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join(' ');

test('all eight languages are there', () => {
  assert.deepEqual(Object.keys(texts).sort(), ['ar', 'de', 'en', 'es', 'fr', 'id', 'it', 'pt']);
});

for (const lang of Object.keys(texts)) {
  test(`${lang} has the keys and placeholders of English`, () => {
    assert.deepEqual(Object.keys(texts[lang]).sort(), Object.keys(texts.en).sort());
    for (const [key, entry] of Object.entries(texts.en)) {
      const wanted = placeholders(forms(entry).at(-1));
      const other = texts[lang][key];
      assert.equal(typeof other, typeof entry, key);
      assert.equal(placeholders(forms(other).at(-1)), wanted, `${lang}: ${key}`);
      assert.ok(forms(other).every((text) => text.trim()), `${lang}: ${key} is empty`);
    }
  });

  test(`${lang} has the plural forms of the numbers to 200`, () => {
    const rules = new Intl.PluralRules(lang);
    const wanted = new Set(Array.from({ length: 201 }, (_, n) => rules.select(n)).concat('other'));
    for (const [key, entry] of Object.entries(texts[lang])) {
      if (typeof entry === 'object') {
        assert.deepEqual(Object.keys(entry).sort(), [...wanted].sort(), `${lang}: ${key}`);
      }
    }
  });
}

test('every key that the page asks for has a text, and no text is left over', () => {
  const source = readdirSync(join(ROOT, 'ui'), { recursive: true })
    .filter((file) => file.endsWith('.js') && !file.startsWith('vendor'))
    .map((file) => readFileSync(join(ROOT, 'ui', file), 'utf8'))
    .join('\n');
  const asked = new Set([...source.matchAll(/\bt\(\s*'([^']+)'/g)].map((found) => found[1]));
  const begun = [...source.matchAll(/`([a-z_]+(?:\.[a-z_]+)*\.)\$\{/g)].map((found) => found[1]);
  const missing = [...asked].filter((key) => !(key in texts.en));
  assert.deepEqual(missing, []);
  const quoted = (key) => source.includes(`'${key}'`) || source.includes(`"${key}"`);
  const spare = Object.keys(texts.en).filter((key) => !quoted(key) && !begun.some((head) => key.startsWith(head)));
  assert.deepEqual(spare, []);
});

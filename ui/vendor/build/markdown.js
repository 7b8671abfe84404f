// Stands for the package `marked`, which is larger than all else that the language server's client needs. Our server
// writes paragraphs, lists, code, emphasis and fenced code; everything else is text here.

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const inline = (text) =>
  text
    .split(/(`[^`]+`)/)
    .map((part, at) =>
      at % 2
        ? `<code>${escaped(part.slice(1, -1))}</code>`
        : escaped(part)
            .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replace(/(^|[^*\w])\*([^*\s][^*]*)\*(?!\w)/g, '$1<em>$2</em>'),
    )
    .join('');

const isItem = (line) => /^\s*[-*] /.test(line);

/** Blocks between fences: paragraphs, and lists whose lines begin with a dash. */
function blocks(text) {
  return text
    .split(/\n\s*\n/)
    .filter((block) => block.trim())
    .map((block) => {
      const lines = block.trim().split('\n');
      if (lines.every(isItem)) {
        return `<ul>${lines.map((line) => `<li>${inline(line.replace(/^\s*[-*] /, ''))}</li>`).join('')}</ul>`;
      }
      return `<p>${inline(lines.join('\n'))}</p>`;
    })
    .join('');
}

export class Marked {
  constructor({ walkTokens }) {
    this.walk = walkTokens;
  }

  parse(text) {
    return text
      .split(/^```(\w*)\n([\s\S]*?)^```[ \t]*$/m)
      .map((part, at, all) => {
        if (at % 3 === 0) {
          return blocks(part);
        }
        if (at % 3 === 1) {
          const token = { type: 'code', lang: part, text: all[at + 1].replace(/\n$/, ''), escaped: false };
          this.walk(token);
          return `<pre><code>${token.escaped ? token.text : escaped(token.text)}</code></pre>`;
        }
        return '';
      })
      .join('');
  }
}

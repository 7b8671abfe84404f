// Flows that are written by a loop, for the checks and for the budgets.

/** A flow with a menu of blocks, each of which leads to the next. */
export function long(blocks, pairs) {
  const lines = ['flow: long', 'title: A long one', 'when:', '  - message: long', 'steps:', '  - ask: Where to?', '    options:'];
  for (let n = 1; n <= blocks; n++) {
    lines.push(`      - Part ${n}: {go: part_${n}}`);
  }
  lines.push('blocks:');
  for (let n = 1; n <= blocks; n++) {
    lines.push(`  part_${n}:`);
    for (let pair = 1; pair <= pairs; pair++) {
      lines.push(`    - say: Part ${n}, sentence ${pair}.`, `    - ask: Question ${pair} of part ${n}?`, "      options: ['Yes', 'No']");
    }
    lines.push(n < blocks ? `    - go: part_${n + 1}` : '    - say: The end.');
  }
  return `${lines.join('\n')}\n`;
}

// Looks at the pages in the frames as a person would, and says what is wrong.
'use strict';

const overlap = (a, b) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
  Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
const shown = box => box.width > 0 && box.height > 0;
const excerpt = node => (node.textContent || node.tagName).trim().slice(0, 40);

function luminance(color) {
  const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map(n => {
    const c = n / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

// The color that is painted behind an element.
function behind(window, element, paper) {
  for (let at = element; at; at = at.parentElement) {
    const color = window.getComputedStyle(at).backgroundColor;
    if (color && !/^rgba\(0, 0, 0, 0\)$|^transparent$/.test(color)) return color;
  }
  return paper;
}

// No label lies on another one, none begins left of the drawing or ends right of it.
function labels(found, rows, parts, right) {
  let above = null;
  for (const row of rows) {
    const box = row.getBoundingClientRect();
    if (!shown(box)) continue;
    if (above && box.top < above.bottom - 1) found.push('rows overlap at ' + excerpt(row));
    above = box;
    const boxes = parts(row).map(part => [part, part.getBoundingClientRect()]).filter(p => shown(p[1]));
    for (const [part, own] of boxes) {
      if (own.left < 0 || own.right > right + 1) found.push('outside: ' + excerpt(part));
      if (own.top < box.top - 1 || own.bottom > box.bottom + 1) found.push('out of its row: ' + excerpt(part));
    }
    for (let i = 0; i < boxes.length; i++)
      for (let j = i + 1; j < boxes.length; j++)
        if (overlap(boxes[i][1], boxes[j][1]))
          found.push('labels overlap: ' + excerpt(boxes[i][0]) + ' / ' + excerpt(boxes[j][0]));
  }
}

// Lines touch the circle of their row only where they begin or end at it, and
// every line that leaves a row is taken up by the next one.
function lines(found, drawings) {
  let ends = null;
  for (const { svg, row } of drawings) {
    const circle = svg.querySelector('circle:not(.dot)');
    const starts = new Set(), leaves = new Set();
    for (const path of svg.querySelectorAll('path')) {
      // Most lines go straight down, and there are thousands of them.
      const straight = path.getAttribute('d').match(/^M([\d.]+) ([\d.]+)V([\d.]+)$/);
      const length = straight ? 0 : path.getTotalLength();
      const first = straight ? { x: +straight[1], y: +straight[2] } : path.getPointAtLength(0);
      const last = straight ? { x: first.x, y: +straight[3] } : path.getPointAtLength(length);
      if (first.y < 0.5) starts.add(Math.round(first.x));
      if (last.y > 31.5) leaves.add(Math.round(last.x));
      if (!circle) continue;
      const [x, y] = [circle.cx.baseVal.value, circle.cy.baseVal.value];
      const near = p => Math.hypot(p.x - x, p.y - y);
      if (near(first) < 0.5 || near(last) < 0.5) continue;
      if (straight && near({ x: first.x, y: Math.min(Math.max(y, first.y), last.y) }) < circle.r.baseVal.value + 1)
        found.push('a line runs through ' + excerpt(row));
      for (let at = 0; !straight && at <= length; at += 2)
        if (near(path.getPointAtLength(at)) < circle.r.baseVal.value + 1) {
          found.push('a line runs through ' + excerpt(row));
          break;
        }
    }
    if (ends && [...starts].sort().join() !== [...ends].sort().join())
      found.push('lines end between two rows at ' + excerpt(row));
    ends = leaves;
  }
}

function colours(found, window, elements, paper) {
  let least = 21;
  const seen = new Set();
  for (const element of elements) {
    const style = window.getComputedStyle(element);
    const color = element instanceof window.SVGElement ? style.fill : style.color;
    const key = color + behind(window, element, paper);
    if (seen.has(key)) continue;
    seen.add(key);
    const own = contrast(color, behind(window, element, paper));
    least = Math.min(least, own);
    if (own < 4.5) found.push('contrast ' + own.toFixed(2) + ' of ' + excerpt(element));
  }
  return least;
}

function strangers(found, document) {
  const names = [...document.querySelectorAll('*')].map(e => e.localName);
  for (const bad of ['script', 'img', 'image', 'iframe', 'object', 'link', 'foreignObject', 'form'])
    if (names.includes(bad)) found.push('an element ' + bad);
  for (const element of document.querySelectorAll('*'))
    for (const { name, value } of element.attributes)
      if (name.startsWith('on') || /^\s*(javascript|https?|data):/i.test(value) && !name.startsWith('xmlns'))
        found.push('an attribute ' + name + ' with ' + value.slice(0, 30));
}

function html(found, window, document) {
  const root = document.documentElement;
  const report = {};
  const check = state => {
    const before = found.length;
    // What stands in a closed fold has a box all the same.
    const summaries = [...document.querySelectorAll('.rev>summary, .fold>summary')].filter(s => s.checkVisibility());
    labels(found, summaries, row => {
      const cells = [...row.children].filter(c => !c.matches('.message'));
      const message = row.querySelector('.message');
      // What does not fit is cut off at the edge of its cell.
      const inside = !message ? [] : [...message.children].filter(
        c => c.getBoundingClientRect().right <= message.getBoundingClientRect().right);
      return message ? [...cells, ...inside] : cells;
    }, root.scrollWidth);
    lines(found, summaries.map(row => ({
      row, svg: [...row.querySelectorAll('svg')].find(svg => shown(svg.getBoundingClientRect())),
    })));
    found.splice(before, found.length - before, ...found.slice(before).map(f => state + ': ' + f));
    return summaries.length;
  };
  report.rows = check('folded');
  report.folds = document.querySelectorAll('.fold').length;
  for (const fold of document.querySelectorAll('.fold')) fold.open = true;
  report.all = check('unfolded');
  // A revision that is opened moves what is below it and draws the lines on.
  const revisions = [...document.querySelectorAll('.rev')];
  const first = revisions[Math.floor(revisions.length / 2)] || revisions[0];
  if (first) {
    first.querySelector('summary').click();
    if (!first.open) found.push('a row does not open');
    const more = first.querySelector('.more').getBoundingClientRect();
    const tail = first.querySelector('.tail').getBoundingClientRect();
    if (Math.abs(more.height - tail.height) > 1) found.push('the lines beside an open row end');
    if (more.height < 20) found.push('an open row shows nothing');
  }
  for (const revision of revisions) revision.open = true;
  check('open');
  for (const summary of document.querySelectorAll('summary'))
    if (summary.tabIndex < 0) found.push('the keyboard does not reach ' + excerpt(summary));
  for (const link of document.querySelectorAll('a'))
    if (!document.querySelector(CSS.escape ? '#' + CSS.escape(link.hash.slice(1)) : link.hash))
      found.push('a link leads nowhere: ' + link.hash);
  const text = ['h1', 'header p', '.legend li', '.columns span', '.rev code', '.rev bdi', '.chip', '.env', '.day',
    '.folded', 'dt', 'dd', 'dd a'];
  report.paper = window.getComputedStyle(document.body).backgroundColor;
  report.contrast = colours(found, window, document.querySelectorAll(text.join()), report.paper);
  report.ids = revisions.map(r => r.id);
  report.messages = revisions.map(r => r.querySelector('bdi').textContent);
  report.text = document.body.innerText.length;
  report.wide = root.scrollWidth > root.clientWidth;
  return report;
}

// A report: headings, tables, and a drawing over the years.
function tables(found, window, document) {
  const root = document.documentElement;
  for (const fold of document.querySelectorAll('details')) fold.open = true;
  for (const cell of document.querySelectorAll('td, th'))
    if (cell.scrollWidth > cell.clientWidth + 1) found.push('out of its cell: ' + excerpt(cell));
  for (const box of document.querySelectorAll('.wide'))
    if (root.clientWidth > 800 && box.scrollWidth > box.clientWidth + 1) found.push('wider than the page: ' + excerpt(box));
  for (const drawing of document.querySelectorAll('svg')) {
    const frame = drawing.getBoundingClientRect();
    const parts = [...drawing.querySelectorAll('text, rect, circle')].filter(part => shown(part.getBoundingClientRect()));
    const boxes = parts.map(part => [part, part.getBoundingClientRect()]);
    for (const [part, own] of boxes)
      if (own.left < frame.left - 1 || own.right > frame.right + 1 || own.top < frame.top - 1 || own.bottom > frame.bottom + 1)
        found.push('outside of the drawing: ' + excerpt(part));
    // Marks may lie on marks: landings of one day. Nothing lies on a label.
    for (const [label, own] of boxes.filter(([part]) => part.localName === 'text'))
      for (const [part, other] of boxes)
        if (part !== label && overlap(own, other)) found.push('labels overlap: ' + excerpt(label) + ' / ' + excerpt(part));
  }
  for (const summary of document.querySelectorAll('summary'))
    if (summary.tabIndex < 0) found.push('the keyboard does not reach ' + excerpt(summary));
  const links = [...document.querySelectorAll('a')].map(link => link.getAttribute('href'));
  for (const link of links)
    if (!document.getElementById(link.replace(/^#/, ''))) found.push('a link leads nowhere: ' + link);
  const text = ['h1', 'h2', 'p', 'th', 'td', 'td *', 'summary', 'svg text'].join();
  const report = { links: links.length, rows: document.querySelectorAll('td:first-child').length };
  report.paper = window.getComputedStyle(document.body).backgroundColor;
  report.contrast = colours(found, window, document.querySelectorAll(text), report.paper);
  report.text = document.body.innerText;
  report.wide = root.scrollWidth > root.clientWidth;
  return report;
}

function svg(found, window, document) {
  const root = document.documentElement;
  const rows = [...root.querySelectorAll('.row')];
  const report = { rows: rows.length };
  const box = root.getBoundingClientRect();
  labels(found, rows, row => [...row.querySelectorAll('text')].filter(t => t.textContent), box.left + root.width.baseVal.value);
  lines(found, rows.map(row => ({ row, svg: row })));
  const inside = [...root.querySelectorAll('text')];
  for (const text of inside)
    if (text.getBoundingClientRect().bottom > box.top + root.height.baseVal.value) found.push('below: ' + excerpt(text));
  report.paper = window.getComputedStyle(root).backgroundColor;
  const chips = inside.filter(text => !text.closest('.database'));
  report.contrast = colours(found, window, chips, report.paper);
  report.ids = [...root.querySelectorAll('text[id]')].map(t => t.id);
  report.titles = rows.map(row => row.querySelector('title').textContent);
  return report;
}

window.addEventListener('load', () => {
  const reports = [...document.querySelectorAll('iframe')].map(frame => {
    const found = [];
    let report = {};
    try {
      const inner = frame.contentDocument;
      strangers(found, inner);
      if (frame.contentWindow.performance.getEntriesByType('resource').length) found.push('something was loaded');
      const kind = inner.documentElement.localName === 'svg' ? svg : inner.querySelector('table') ? tables : html;
      report = kind(found, frame.contentWindow, inner);
    } catch (error) {
      found.push('cannot look: ' + error.stack);
    }
    return { page: frame.getAttribute('src'), ...report, found };
  });
  document.getElementById('report').textContent = JSON.stringify(reports);
});

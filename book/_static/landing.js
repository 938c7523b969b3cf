// The network on the landing page, run in the reader's browser. Weights: landing-weights.js, by scripts/landing.py.
(() => {
  const box = document.getElementById("landing"), net = window.landing;
  if (!box || !net) return;
  const SVG = "http://www.w3.org/2000/svg", COLUMN = 46, UNIT = 6, TOP = 32, STRIP = 64, GAP = 12, HIDDEN = net.b.length;
  const FOLD = { "ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l", "ı": "i", "’": "'" };
  const percent = (x) => `${Math.round(100 * x)} %`;

  const fold = (text) => [...text.toLowerCase().normalize("NFKD").replace(/[ßøæđłı’]/g, (c) => FOLD[c])]
    .filter((c) => net.letters.includes(c)).join("");

  // h_t = tanh(x_t W_x + h_{t-1} W_h + b): x_t is one-hot, so x_t W_x is one row of W_x.
  function read(name) {
    let h = new Array(HIDDEN).fill(0);
    return [...name].map((letter) => {
      const x = net.W_x[net.letters.indexOf(letter)], last = h;
      h = x.map((a, j) => Math.tanh(last.reduce((sum, v, i) => sum + v * net.W_h[i][j], a + net.b[j])));
      const e = net.b_y.map((b, k) => Math.exp(h.reduce((sum, v, i) => sum + v * net.W_y[i][k], b)));
      const total = e.reduce((a, b) => a + b);
      return { h, belief: e.map((v) => v / total) };
    });
  }
  net.read = (name) => read(fold(name));

  box.innerHTML = `<div class="landing-stage"><svg aria-hidden="true"></svg><div><p class="landing-verdict"></p><ul>${
    net.countries.map((name, k) => `<li><span>${name}</span><i><b style="background:${net.colours[k]}"></b></i><span></span></li>`)
      .join("")}</ul></div></div><form><label for="landing-name">Try a surname</label>
    <input id="landing-name" maxlength="14" autocomplete="off" autocapitalize="off" spellcheck="false">
    <button type="button"></button></form><p class="landing-status" role="status"></p>`;
  const [svg, verdict, input, button, status] = ["svg", ".landing-verdict", "input", "button", ".landing-status"]
    .map((selector) => box.querySelector(selector));
  const bars = [...box.querySelectorAll("li")];

  function rect(x, y, width, height, fill, opacity) {
    const r = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ x, y, width, height, fill, opacity })) r.setAttribute(key, value);
    svg.append(r);
  }

  function start(name) {
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${COLUMN * Math.max(name.length, 9)} ${TOP + UNIT * HIDDEN + GAP + STRIP}`);
    believe(new Array(net.countries.length).fill(0));
    verdict.textContent = "";
  }

  function column(t, letter, { h, belief }) {
    const text = document.createElementNS(SVG, "text"), x = COLUMN * t;
    text.setAttribute("x", x + COLUMN / 2 - 1);
    text.setAttribute("y", 20);
    text.textContent = letter;
    svg.append(text);
    h.forEach((v, u) => v > 0.02 && rect(x, TOP + UNIT * u, COLUMN - 2, UNIT - 1, net.colours[net.group[u]], v.toFixed(2)));
    let y = TOP + UNIT * HIDDEN + GAP;
    belief.forEach((p, k) => {
      rect(x, y, COLUMN - 2, p * STRIP, net.colours[k], 1);
      y += p * STRIP;
    });
    believe(belief);
  }

  function believe(belief) {
    bars.forEach((bar, k) => {
      bar.querySelector("b").style.width = `${100 * belief[k]}%`;
      bar.lastElementChild.textContent = percent(belief[k]);
    });
  }

  function conclude(ticks, truth) {
    if (!ticks.length) return "";
    const { belief } = ticks.at(-1), best = belief.indexOf(Math.max(...belief));
    const said = `It says ${net.countries[best]}, ${percent(belief[best])}.`;
    if (truth === undefined) return said;
    return `${said} ${best === truth ? "Right." : `Wrong: ${net.countries[truth]}.`}`;
  }

  let timer, number = 0, playing = false;
  function whole(name, truth) {
    const ticks = read(name);
    start(name);
    ticks.forEach((tick, t) => column(t, name[t], tick));
    verdict.textContent = conclude(ticks, truth);
  }

  function play() {
    const [name, truth] = net.names[number++ % net.names.length], ticks = read(name);
    start(name);
    const tick = (t) => {
      if (t < name.length) column(t, name[t], ticks[t]);
      else verdict.textContent = conclude(ticks, truth);
      timer = t < name.length ? setTimeout(tick, 450, t + 1) : setTimeout(play, 3000);
    };
    timer = setTimeout(tick, 300, 0);
  }

  function set(on) {
    clearTimeout(timer);
    playing = on;
    button.textContent = on ? "Pause" : "Play";
    if (on) play();
  }

  box.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  button.addEventListener("click", () => { input.value = ""; set(!playing); });
  input.addEventListener("input", () => {
    set(false);
    const name = fold(input.value);
    whole(name);
    status.textContent = name && `${name}: ${verdict.textContent}`;
  });

  whole(...net.names[3]);
  set(!matchMedia("(prefers-reduced-motion: reduce)").matches);
})();

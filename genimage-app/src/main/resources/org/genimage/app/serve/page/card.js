// The card of one image. Texts of files are strangers' texts: they are only ever set as text.

const VERDICTS = {
  AI: "Counts as AI-made",
  natural: "Counts as natural",
  unsure: "Unsure",
};

function make(tag, name, text) {
  const element = document.createElement(tag);
  if (name) {
    element.className = name;
  }
  if (text !== undefined) {
    element.textContent = text;
  }
  return element;
}

/** Returns a card that waits for an answer. */
export function card(file, remove) {
  const item = make("li", "card waiting");
  const heading = make("h3", "name", file.name || "Pasted image");
  const close = make("button", "close", "Remove");
  close.type = "button";
  close.setAttribute("aria-label", `Remove ${heading.textContent}`);
  const picture = make("img", "picture");
  picture.alt = "";
  const address = URL.createObjectURL(file);
  picture.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  picture.addEventListener(
    "error",
    () => picture.replaceWith(make("div", "picture none", "no preview")),
    { once: true },
  );
  picture.src = address;
  close.addEventListener("click", remove);
  const head = make("div", "head");
  head.append(heading, close);
  const result = make("div", "result");
  result.append(make("p", "verdict", "Scoring …"));
  item.append(head, picture, result);
  return item;
}

/** Shows why there is no score. */
export function showProblem(item, title, detail) {
  item.className = "card failed";
  item.querySelector(".result").replaceChildren(make("p", "verdict", title), make("p", "problem", detail));
}

/** Shows an answer. */
export function fill(item, answer) {
  item.className = `card ${answer.verdict}`;
  item.querySelector(".result").replaceChildren(
    make("p", "verdict", VERDICTS[answer.verdict]),
    scale(answer),
    warnings(answer),
    claims(answer.claims),
    facts(answer),
  );
}

/** Shows that the explanation comes later. */
export function showWait(item) {
  const box = make("div", "pictures");
  box.append(make("p", "wait", "Finding out where the score comes from \u2026"));
  item.append(box);
}

/** Shows why there is no explanation. */
export function showNoExplanation(item, detail) {
  item.querySelector(".pictures").replaceChildren(make("p", "wait", `No explanation. ${detail}`));
}

/** Shows where the score comes from, and the image's spectrum. */
export function showExplanation(item, explanation) {
  const map = figure("Where the score comes from", explanation.map, "Map of the image's areas, explained below");
  const ends = make("div", "ends");
  ends.append(make("span", "", "speaks for natural"), make("span", "", "speaks for AI"));
  map.querySelector("img").after(ends);
  const both = [map];
  if (explanation.spectrum !== null) {
    both.push(figure("Spectrum", explanation.spectrum, "Fourier spectrum of the image, explained below"));
  }
  item.querySelector(".pictures").replaceChildren(...both);
}

function figure(title, picture, alt) {
  const box = make("figure", "figure");
  const image = make("img", "");
  image.src = `data:image/png;base64,${picture.png}`;
  image.width = picture.width;
  image.height = picture.height;
  image.alt = alt;
  box.append(make("h4", "", title), image, make("figcaption", "", picture.caption));
  return box;
}

function shown(score) {
  return score > 0 && score < 0.0005 ? "< 0.001" : score < 1 && score > 0.9995 ? "> 0.999" : score.toFixed(3);
}

/** The score on a scale from 0 to 1, with the threshold or the band of unsure scores. */
function scale(answer) {
  const { naturalBelow, aiAbove } = answer.thresholds;
  const isBand = naturalBelow < aiAbove;
  const figure = make("div", "scale");
  const words = isBand
    ? `natural below ${shown(naturalBelow)}, AI above ${shown(aiAbove)}, unsure between`
    : `AI above ${shown(aiAbove)}`;
  const line = make("div", "line");
  line.setAttribute("role", "img");
  line.setAttribute("aria-label", `Score ${shown(answer.score)} from 0 to 1; ${words}`);
  const band = make("span", isBand ? "band" : "threshold");
  band.style.left = `${100 * naturalBelow}%`;
  if (isBand) {
    band.style.width = `${100 * (aiAbove - naturalBelow)}%`;
  }
  const mark = make("span", "mark");
  mark.style.left = `${100 * answer.score}%`;
  line.append(band, mark);
  const ends = make("div", "ends");
  ends.append(make("span", "", "0 natural"), make("span", "", "1 AI-made"));
  const value = make("p", "value");
  value.append("Score ", make("strong", "", shown(answer.score)), ` (${words})`);
  figure.append(value, line, ends);
  return figure;
}

function warnings(answer) {
  const list = make("ul", "warnings");
  for (const warning of answer.warnings) {
    list.append(make("li", "", warning.text));
  }
  list.hidden = answer.warnings.length === 0;
  return list;
}

/** What the file says of itself, apart from the score. */
function claims(found) {
  const box = make("section", "claims");
  box.append(make("h4", "", "What the file says of itself"));
  box.append(make("p", "", found.summary));
  const lines = found.claims.map((claim) => claim.sentence);
  if (found.camera) {
    lines.push(`EXIF names the camera ${found.camera.make} ${found.camera.model} (not verified).`);
  }
  if (found.remoteManifest) {
    lines.push(`The file names an address for its manifest, which was not opened: ${found.remoteManifest}`);
  }
  if (found.leftOut > 0) {
    lines.push(`${found.leftOut} more claims are not shown.`);
  }
  lines.push(...found.warnings);
  if (lines.length > 0) {
    const details = make("details");
    details.append(make("summary", "", lines.length === 1 ? "Show the statement" : `Show all ${lines.length} statements`));
    const list = make("ul");
    for (const line of lines) {
      list.append(make("li", "", line));
    }
    details.append(list);
    box.append(details);
  }
  return box;
}

function facts(answer) {
  const { format, width, height, bytes } = answer.image;
  return make(
    "p",
    "facts",
    `${format}, ${width} × ${height} pixels, ${Math.max(1, Math.round(bytes / 1024))} KiB. ` +
      `${answer.detector}, ${Math.round(answer.milliseconds)} ms, request ${answer.id}.`,
  );
}

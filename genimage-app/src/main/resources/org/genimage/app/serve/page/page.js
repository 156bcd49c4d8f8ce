// Takes images by choice, drop or paste, sends each to the service, and shows a card for it.
import { card, fill, showExplanation, showNoExplanation, showProblem, showWait } from "./card.js";

const AT_ONCE = 3;
const byId = (id) => document.getElementById(id);
const list = byId("images");
const waiting = [];
const unexplained = [];
let explaining = null;
let explains = false;
let explained = 0;
let sending = 0;
let done = 0;
let all = 0;

function say(text) {
  byId("status").textContent = text;
}

function headers(type) {
  const token = byId("token").value.trim();
  return {
    "Content-Type": type,
    ...(token ? { Authorization: "Bearer " + token } : {}),
  };
}

function add(files) {
  const images = [...files];
  if (images.length === 0) {
    return;
  }
  byId("bar").hidden = false;
  for (const file of images) {
    const element = card(file, () => {
      if (forget(waiting, element)) {
        all -= 1;
      }
      forget(unexplained, element);
      if (explaining?.element === element) {
        explaining.end.abort();
      }
      element.remove();
      byId("bar").hidden = list.children.length === 0;
      byId("files").focus();
    });
    list.append(element);
    waiting.push({ file, element });
    all += 1;
  }
  progress();
  next();
}

function forget(jobs, element) {
  const at = jobs.findIndex((job) => job.element === element);
  if (at >= 0) {
    jobs.splice(at, 1);
  }
  return at >= 0;
}

function progress() {
  say(
    done < all
      ? `Scoring: ${done} of ${all} done.`
      : `${all} ${all === 1 ? "image" : "images"} scored${explained > 0 ? `, ${explained} explained` : ""}.`,
  );
}

function next() {
  while (sending < AT_ONCE && waiting.length > 0) {
    const job = waiting.shift();
    sending += 1;
    score(job).finally(() => {
      sending -= 1;
      done += 1;
      progress();
      next();
      explainNext();
    });
  }
}

/** Sends an image, again if the service is busy; returns the answer, or a problem without a score. */
async function ask(address, file, signal) {
  for (let tries = 0; ; tries += 1) {
    let response;
    try {
      response = await fetch(address, {
        method: "POST",
        headers: headers("application/octet-stream"),
        body: file,
        signal,
      });
    } catch {
      return {
        title: "No answer",
        detail: "The service cannot be reached, or it refused so large a file.",
      };
    }
    let answer = {};
    try {
      answer = await response.json();
    } catch {
      // A proxy may answer something else than JSON.
    }
    if (response.ok) {
      return answer;
    }
    if (response.status === 429 && tries < 20) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      await new Promise((resume) => setTimeout(resume, 1000 * seconds));
      continue;
    }
    if (response.status === 401) {
      askForToken();
    }
    return {
      title: answer.title || "No score",
      detail: answer.detail || `Status ${response.status}.`,
    };
  }
}

async function score({ file, element }) {
  const answer = await ask("v1/score", file);
  if (answer.verdict === undefined) {
    showProblem(element, answer.title, answer.detail);
    return;
  }
  fill(element, answer);
  if (explains && element.isConnected) {
    showWait(element);
    unexplained.push({ file, element });
  }
}

/** Asks for explanations, one after the other, when all images are scored. */
function explainNext() {
  if (explaining !== null || sending > 0 || unexplained.length === 0) {
    return;
  }
  const { file, element } = unexplained.shift();
  explaining = { element, end: new AbortController() };
  ask("v1/score?explain=true", file, explaining.end.signal)
    .then((answer) => {
      if (answer.explanation === undefined) {
        showNoExplanation(element, answer.detail);
      } else {
        explained += 1;
        showExplanation(element, answer.explanation);
        progress();
      }
    })
    .finally(() => {
      explaining = null;
      explainNext();
    });
}

function askForToken() {
  if (byId("token-row").hidden) {
    byId("token-row").hidden = false;
    byId("token").focus();
  }
}

async function describe() {
  const response = await fetch("v1/detectors", { headers: headers("text/plain") });
  if (response.status === 401) {
    askForToken();
    return;
  }
  const [detector] = (await response.json()).detectors;
  explains = detector.explanations;
  byId("detector").textContent =
    `Detector: ${detector.name}` +
    (detector.weights ? `, weights ${detector.weights.slice(0, 19)}…` : "") +
    `, calibration ${detector.calibration.slice(0, 19)}…` +
    (detector.licence ? `, licence ${detector.licence}` : "");
  byId("limit-list").replaceChildren(
    ...detector.limits.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}

byId("files").addEventListener("change", (event) => {
  add(event.target.files);
  event.target.value = "";
});
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  byId("token-row").hidden = true;
  describe().catch(() => say("The service cannot be reached."));
});
byId("print").addEventListener("click", () => window.print());
byId("clear").addEventListener("click", () => {
  waiting.length = 0;
  unexplained.length = 0;
  explaining?.end.abort();
  all = done + sending;
  list.replaceChildren();
  byId("bar").hidden = true;
  say("");
  byId("files").focus();
});

// What is folded away is printed, too.
let folded = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => (details.open = true));
});
window.addEventListener("afterprint", () => folded.forEach((details) => (details.open = false)));

const drop = byId("drop");
for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const type of ["dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    if (type === "drop" || event.relatedTarget === null) {
      drop.classList.remove("over");
    }
  });
}
document.addEventListener("drop", (event) => add(event.dataTransfer.files));
document.addEventListener("paste", (event) => add(event.clipboardData.files));

describe().catch(() => say("The service cannot be reached."));

// How long the screens take. Evaluated in the page, by the browser's tests and by those of the window.

/** Milliseconds from the press of a screen's link to the frame in which its list is drawn. */
function opening(name, selector) {
  return new Promise((resolve) => {
    const link = [...document.querySelectorAll("nav a")].find((a) => a.textContent.startsWith(name));
    if (link.getAttribute("aria-current") === "page") return resolve(0);
    const before = document.querySelector("main h1")?.textContent;
    const began = performance.now();
    link.click();
    const look = () => {
      if (performance.now() - began > 30_000) resolve(Number.POSITIVE_INFINITY);
      const other = document.querySelector("main h1")?.textContent !== before;
      if (other && document.querySelector(selector)) resolve(performance.now() - began);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Scrolls the list for `frames` frames: milliseconds that one took on average, and the longest. */
function scrolling(frames) {
  return new Promise((resolve) => {
    const main = document.getElementById("main");
    const took = [];
    let last = performance.now();
    const step = (now) => {
      took.push(now - last);
      last = now;
      main.scrollTop += 120;
      if (took.length <= frames) requestAnimationFrame(step);
      else resolve({ mean: took.slice(1).reduce((sum, one) => sum + one, 0) / frames, longest: Math.max(...took.slice(1)) });
    };
    requestAnimationFrame(step);
  });
}

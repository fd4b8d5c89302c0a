// Says what each curve of a plot has where the pointer is. The page works without it.

/** The first point at or above `nines`; the last where there is none. */
function at(points, nines) {
  return points.find((point) => point.nines >= nines) ?? points.at(-1);
}

function toTime(us) {
  const [value, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : [us, "µs"];
  return `${value.toPrecision(3)} ${unit}`;
}

function toPercentile(nines) {
  const share = 100 * (1 - 10 ** -nines);
  return `${share.toFixed(Math.max(0, Math.ceil(nines) - 1))} %`;
}

for (const plot of document.querySelectorAll(".plot")) {
  const { data, ninesMax } = JSON.parse(plot.dataset.curves);
  const hair = plot.querySelector(".hair");
  const readout = plot.parentElement.querySelector(".readout");
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    const nines = share * ninesMax;
    hair.style.left = `${share * 100}%`;
    hair.style.display = "block";
    const texts = data.map(({ name, points }) => `${name} ${toTime(at(points, nines).us)}`);
    readout.textContent = `${toPercentile(nines)}: ${texts.join(" · ")}`;
  });
  plot.addEventListener("pointerleave", () => {
    hair.style.display = "none";
    readout.textContent = "";
  });
}

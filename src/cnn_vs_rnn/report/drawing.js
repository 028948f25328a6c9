"use strict";
const draw = (box) => {
  const source = box.querySelector("script");
  if (!source) return;
  const figure = JSON.parse(source.textContent);
  source.remove();
  Plotly.newPlot(box, figure.data, figure.layout, {displayModeBar: false, responsive: true});
};
const boxes = [...document.querySelectorAll(".figure")];
const nearby = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => {
  nearby.unobserve(one.target);
  draw(one.target);
}), {rootMargin: "1200px"});
boxes.forEach((box) => nearby.observe(box));
addEventListener("beforeprint", () => boxes.forEach(draw));
// A figure that was drawn inside a closed box has no width yet.
document.querySelectorAll("details").forEach((one) => one.addEventListener("toggle", () => dispatchEvent(new Event("resize"))));
// A link to a folded contest opens it.
const unfold = () => {
  const aim = document.getElementById(location.hash.slice(1));
  if (aim && aim.matches("details")) aim.open = true;
};
addEventListener("hashchange", unfold);
unfold();

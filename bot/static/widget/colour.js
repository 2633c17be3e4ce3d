/* The operator picks one colour; what is written on it and in it must stay legible (WCAG 2.2, 1.4.3). */

const LEGIBLE = 4.5;
const COMFORTABLE = 5.5; // for the accent as ink, in links and buttons
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];

/** `#rrggbb` or a computed `rgb(…)` as three numbers; null for anything else. */
function parseColour(text) {
  const hex = /^#([0-9a-f]{6})$/i.exec(text.trim());
  if (hex) return [0, 2, 4].map((at) => parseInt(hex[1].slice(at, at + 2), 16));
  const rgb = /^rgba?\((\d+),? (\d+),? (\d+)/.exec(text);
  return rgb ? rgb.slice(1, 4).map(Number) : null;
}

function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21, as WCAG defines it. */
function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function mix(one, other, share) {
  return one.map((value, at) => Math.round(value + (other[at] - value) * share));
}

/** The colour itself where it reads well on `surface`, else the nearest darker or lighter one that is. */
function legibleOn(surface, colour) {
  const towards = luminance(surface) > 0.3 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.04) {
    const candidate = mix(colour, towards, share);
    if (contrast(candidate, surface) >= COMFORTABLE) return candidate;
  }
  return towards;
}

const css = (colour) => `rgb(${colour.join(" ")})`;

/** What follows from the accent and the surface: the ink on the accent, the accent as ink, and its tint. */
function palette(accent, surface) {
  const tint = mix(surface, accent, luminance(surface) > 0.3 ? 0.1 : 0.18);
  return {
    "--accent": css(accent),
    "--on-accent": css(contrast(accent, WHITE) >= LEGIBLE ? WHITE : BLACK),
    "--accent-ink": css(legibleOn(tint, accent)),
    "--tint": css(tint),
  };
}

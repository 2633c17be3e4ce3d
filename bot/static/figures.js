"use strict";

/* Draws each chart from the table behind it, in the colours of the style sheet; again when those change.

   Nothing here moves, and no gesture is taken away from the page: on a phone one scrolls over the charts. */

(() => {
  const charts = document.querySelector(".charts");
  const narrow = matchMedia("(max-width: 560px)");
  const locale = "page";

  Plotly.register({
    moduleType: "locale",
    name: locale,
    dictionary: {},
    format: {
      days: charts.dataset.days.split(" "),
      shortDays: charts.dataset.days.split(" "),
      months: charts.dataset.months.split(" "),
      shortMonths: charts.dataset.months.split(" "),
      date: charts.dataset.dayFormat,
    },
  });

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // Labels are names out of files and out of questions; the library reads a little HTML in them.
  function plain(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  }

  function read(table) {
    const rows = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells].slice(1);
    return {
      kind: table.dataset.kind,
      unit: table.dataset.unit,
      step: table.dataset.step,
      keys: rows.map((row) => row.cells[0].dataset.key),
      series: heads.map((head, place) => ({
        name: plain(head.textContent),
        colour: colour(head.dataset.colour),
        values: rows.map((row) => {
          const value = row.cells[place + 1].dataset.value;
          return value === "" ? null : Number(value);
        }),
        shown: rows.map((row) => row.cells[place + 1].textContent),
      })),
    };
  }

  function traces(data) {
    if (data.kind === "bars") {
      const [{ colour: fill, values, shown }] = data.series;
      const labels = data.keys.map((key) => plain(shorten(key)));
      return [{
        type: "bar",
        orientation: "h",
        x: [...values].reverse(),
        y: data.keys.map((_, place) => place).reverse(),
        text: [...shown].reverse(),
        textposition: "outside",
        cliponaxis: false,
        hovertext: [...labels].reverse(),
        hovertemplate: "%{hovertext}<br>%{text}<extra></extra>",
        marker: { color: fill, cornerradius: 3 },
      }];
    }
    return data.series.map((each) => ({
      type: data.kind === "lines" ? "scatter" : "bar",
      mode: data.keys.length === 1 ? "markers" : "lines",
      name: each.name,
      x: data.keys,
      y: each.values,
      customdata: each.shown,
      hovertemplate: "%{customdata}",
      line: { color: each.colour, width: 2 },
      marker: { color: each.colour, line: { width: 0 } },
    }));
  }

  function shorten(text) {
    const most = narrow.matches ? 16 : 30;
    const letters = [...text];
    return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
  }

  function layout(data) {
    const quiet = colour("--quiet");
    const line = colour("--line");
    const shared = {
      autosize: true,
      margin: { l: 8, r: 8, t: 4, b: 8 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: quiet },
      separators: ".,",
      dragmode: false,
      hoverlabel: {
        bgcolor: colour("--surface"),
        bordercolor: line,
        font: { color: colour("--ink"), family: getComputedStyle(document.body).fontFamily },
      },
    };
    const still = { fixedrange: true, automargin: true, zeroline: false, gridcolor: line, linecolor: line };
    if (data.kind === "bars") {
      return {
        ...shared,
        margin: { ...shared.margin, r: 48 },
        bargap: 0.35,
        xaxis: { ...still, visible: false },
        yaxis: {
          ...still,
          showgrid: false,
          tickvals: data.keys.map((_, place) => place),
          ticktext: data.keys.map((key) => plain(shorten(key))),
          autorange: "reversed",
          ticks: "outside",
          ticklen: 6,
          tickcolor: "rgba(0,0,0,0)",
          tickfont: { color: colour("--ink") },
        },
      };
    }
    return {
      ...shared,
      barmode: "stack",
      barnorm: data.kind === "share" ? "percent" : "",
      bargap: data.keys.length > 40 ? 0.15 : 0.3,
      hovermode: "x unified",
      showlegend: data.series.length > 1,
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal", itemclick: false, itemdoubleclick: false },
      xaxis: {
        ...still,
        type: "date",
        showgrid: false,
        nticks: narrow.matches ? 4 : 8,
        tickformat: data.step === "month" ? charts.dataset.monthFormat : charts.dataset.dayFormat,
        hoverformat: data.step === "month" ? charts.dataset.monthFormat : charts.dataset.longDayFormat,
        ...(data.keys.length < 9 ? { tickvals: narrow.matches ? data.keys.filter((_, place) => place % 2 === 0) : data.keys } : {}),
      },
      yaxis: {
        ...still,
        rangemode: "tozero",
        nticks: 5,
        tickformat: data.kind === "share" ? "" : ",~r",
        ticksuffix: data.kind === "share" ? "%" : data.unit ? ` ${data.unit}` : "",
        ...(data.kind === "share" ? { range: [0, 100] } : {}),
        ...(data.unit || data.kind === "share" || Math.max(...data.series.flatMap((each) => each.values)) > 5 ? {} : { dtick: 1 }),
      },
    };
  }

  function draw() {
    for (const chart of charts.querySelectorAll(".chart")) {
      const place = chart.querySelector(".plot");
      if (!place) continue;
      const data = read(chart.querySelector("table"));
      const config = { displayModeBar: false, responsive: true, locale, scrollZoom: false, doubleClick: false };
      Plotly.react(place, traces(data), layout(data), config);
    }
    charts.dataset.drawn = "";
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  narrow.addEventListener("change", draw);
})();

// Formulas from stdin, an array of texts in JSON; what KaTeX and MathJax say against them goes to stdout.
"use strict";

const katex = require("katex");
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { SVG } = require("mathjax-full/js/output/svg.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
require("mathjax-full/js/input/tex/ams/AmsConfiguration.js");

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const fail = (_, error) => {
  throw error;
};
const input = new TeX({ packages: ["base", "ams"], formatError: fail });
const page = mathjax.document("", { InputJax: input, OutputJax: new SVG({ fontCache: "none" }) });

const readers = {
  KaTeX: (text) => katex.renderToString(text, { displayMode: true, strict: "error", throwOnError: true }),
  MathJax: (text) => {
    const svg = adaptor.outerHTML(page.convert(text, { display: true }));
    if (svg.includes("merror")) {
      throw new Error("an error in the picture");
    }
  },
};

const complaints = [];
console.warn = console.error = (...words) => complaints.push({ reader: "console", text: "", message: words.join(" ") });
for (const text of JSON.parse(require("node:fs").readFileSync(0, "utf-8"))) {
  for (const [reader, read] of Object.entries(readers)) {
    try {
      read(text);
    } catch (error) {
      complaints.push({ reader, text, message: error.message });
    }
  }
}
process.stdout.write(JSON.stringify(complaints));

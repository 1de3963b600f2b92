// One page of the site in one language, as Markdown: title, introduction, and the module that draws it.
import {parseArgs} from "node:util";
import {pages} from "../texts.js";

const {lang, page} = parseArgs({options: {lang: {type: "string"}, page: {type: "string"}}}).values;
const text = pages.find((p) => p.page === page);
if (!text) throw new Error(`no page ${page}`);

process.stdout.write(`---
title: ${JSON.stringify(text[lang])}
---

# ${text[lang]}

${text.lead ? `<p class="lead">${text.lead[lang]}</p>` : ""}

\`\`\`js
import {show} from "/lib/page.js";
import {render} from "/pages/${text.module}.js";
display(await show(render));
\`\`\`
`);

// The page of a complex in one language. Its file name says which complex; publishing copies it.
import {parseArgs} from "node:util";
import {complexPage} from "../../texts.js";

const {lang} = parseArgs({options: {lang: {type: "string"}, id: {type: "string"}}}).values;

process.stdout.write(`---
title: ${JSON.stringify(complexPage[lang])}
---

\`\`\`js
import {show} from "/lib/page.js";
import {render} from "/pages/complex.js";
display(await show(render));
\`\`\`
`);

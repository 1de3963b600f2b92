// The site's shell: pages without data, built once for each version of these sources. What a release
// says comes at run time from the release itself, by relative URL.
import {languages, pages} from "./src/texts.js";
import {foot, head, header} from "./src/frame.js";

export default {
  root: "src",
  output: process.env.SANDAN_SITE_OUTPUT ?? "dist/build",
  style: "style.css",
  globalStylesheets: [],
  preserveExtension: true,
  preserveIndex: true,
  sidebar: false,
  toc: false,
  pager: false,
  search: false,
  head,
  header,
  footer: foot,
  // `complex/_` is the page of any complex: publishing copies it for each one.
  dynamicPaths: languages.flatMap((lang) => [
    ...pages.map(({page}) => `/${lang}/${page}`),
    `/${lang}/complex/_`
  ])
};

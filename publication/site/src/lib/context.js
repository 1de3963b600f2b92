// Where this page is and in which language: from the page itself, so that any sub-path works.
export const lang = document.documentElement.lang === "en" ? "en" : "ko";

/** The folder of the site (`site/` of a release), ending in a slash. */
export const root = new URL("../../", import.meta.url);

/** The folder of the release the site belongs to. */
export const release = new URL("../", root);

/** One of two texts, in the language of the page. */
export const t = (ko, en) => (lang === "ko" ? ko : en);

/** The text `name_ko`/`name_en` of a row, in the language of the page. */
export const own = (row, name = "name") => row?.[`${name}_${lang}`] ?? row?.[`${name}_ko`] ?? "";

/** The address of a page of the site in the language of the page. */
export const page = (path) => new URL(`${lang}/${path}`, root).href;

// What surrounds every page: head, navigation, foot. Runs while the shell is built.
import {languages, pages, site} from "./texts.js";

const say = (lang, ko, en) => (lang === "ko" ? ko : en);
const split = (path) => path.split("/").slice(1);

// Before the first paint: the chosen theme, so that nothing flashes.
const THEME = `try{const t=localStorage.getItem("sandan-theme");if(t)document.documentElement.dataset.theme=t}catch{}`;
const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230072b2' d='M1 15V7l5 3V7l5 3V2h3v13z'/%3E%3C/svg%3E";

export function head() {
  return `<script>${THEME}</script><link rel="icon" href="${ICON}">`;
}

export function header({path}) {
  const [lang, ...rest] = split(path);
  if (!languages.includes(lang)) return "";
  const up = "../".repeat(rest.length);
  const here = rest.length > 1 ? "complexes" : rest[0];
  const other = lang === "ko" ? "en" : "ko";
  const links = pages.map(
    (p) =>
      `<li><a href="${up}${lang}/${p.page}.html"${p.page === here ? ' aria-current="page"' : ""}>${p[lang]}</a></li>`
  );
  return `<a class="skip" href="#observablehq-main">${say(lang, "본문으로", "Skip to content")}</a>
<div class="bar">
  <a class="brand" href="${up}${lang}/index.html">${site[lang]}</a>
  <div class="tools">
    <a id="language" href="${up}${other}/${rest.join("/")}.html" hreflang="${other}" lang="${other}">${other === "ko" ? "한국어" : "English"}</a>
    <button id="theme" type="button" data-auto="${say(lang, "화면: 자동", "Theme: auto")}" data-light="${say(lang, "화면: 밝게", "Theme: light")}" data-dark="${say(lang, "화면: 어둡게", "Theme: dark")}">${say(lang, "화면: 자동", "Theme: auto")}</button>
  </div>
</div>
<nav aria-label="${say(lang, "주 메뉴", "Main")}"><ul>${links.join("")}</ul></nav>
<div id="release" class="release"></div>`;
}

export function foot({path}) {
  const [lang] = split(path);
  if (!languages.includes(lang)) return "";
  return `<p id="cite"></p>
<noscript>${say(
    lang,
    "이 사이트의 수치는 스크립트로 그려진다. 스크립트 없이는 배포판의 속보(bulletin), 품질 보고서, 주장 검증 페이지를 보면 된다.",
    "The figures of this site are drawn by a script. Without one, read the bulletin, the quality report and the claims page of the release."
  )}</noscript>`;
}

// What every page does: the release it belongs to, the switches of theme and language, and an error
// that a reader can act on.
import {html} from "htl";
import {lang, page, release, t} from "./context.js";
import {load, objects} from "./data.js";
import {period, setCodes} from "./format.js";

/** Draw a page: its content, or what went wrong, in the reader's language. */
export async function show(render) {
  wireTheme();
  try {
    const shared = await load("site");
    const site = {...shared, complex: Object.fromEntries(objects(shared.complex).map((c) => [c.complex_id, c]))};
    setCodes(site.codes);
    drawRelease(site);
    const content = await render(site);
    wireLanguage();
    return content;
  } catch (error) {
    if (error.name !== "ReleaseMoved") console.warn(error);
    return html`<p class="problem" role="alert">${t("이 페이지를 그릴 수 없다", "This page could not be drawn")}: ${error.message}</p>`;
  } finally {
    document.documentElement.dataset.drawn = "yes";
  }
}

const VERDICTS = {
  pass: ["품질 점검 통과", "Quality checks passed", "ok"],
  pass_with_warnings: ["경고 있음", "Passed with warnings", "warning"],
  stop: ["점검에서 멈춤", "Stopped by a check", "critical"]
};

function drawRelease(site) {
  const [ko, en, mark] = VERDICTS[site.checks.verdict] ?? [site.checks.verdict, site.checks.verdict, "warning"];
  const place = document.getElementById("release");
  place.replaceChildren(
    html`<div class="facts">
      <span>${t("배포판", "Release")} <b>${site.release_id}</b></span>
      <span>${t("기준 분기", "Quarter")} <b>${period(site.period)}</b></span>
      <a class="chip ${mark}" href=${page("quality.html")}>${t(ko, en)} ${site.checks.passed}/${site.checks.total}</a>
    </div>`
  );
  if (site.is_simulated) {
    place.append(
      html`<p class="simulated" role="note"><b>SIMULATED / 모의자료</b> ${t(
        "이 수치는 프로그램 점검을 위해 만든 것으로 실제 통계가 아니다.",
        "These figures were made to exercise the programme and are not statistics."
      )}</p>`
    );
    document.body.dataset.watermark = "SIMULATED 모의자료";
  }
  const cite = document.getElementById("cite");
  if (cite)
    cite.textContent = t(
      `인용: 한국산업단지공단 「국가산업단지 산업동향」(승인통계 399004)을 sandan 배포판 ${site.release_id}에서 가공`,
      `Cite as: KICOX, Trends of National Industrial Complexes (approved statistic 399004), processed in sandan release ${site.release_id}`
    ) + (site.is_simulated ? t(" (모의자료)", " (SIMULATED DATA)") : "");
  drawState(site);
}

/** What only the index beside the releases knows: when it was published, and whether it still holds.
 * Releases lie in a folder called `releases`, as `current` or by their names; one copied out of it has no
 * index to ask (a browser tells of every file in vain asked for), and says nothing of it. */
async function drawState(site) {
  const [within, own] = release.pathname.split("/").slice(-3).map(decodeURIComponent);
  if (within !== "releases" || !["current", site.release_id].includes(own)) return;
  let entry, index;
  try {
    const answer = await fetch(new URL("../index.json", release), {cache: "no-cache"});
    index = answer.ok ? await answer.json() : {};
    entry = index.releases?.find((r) => r.release_id === site.release_id);
  } catch {
    // Every figure is here without it.
  }
  const facts = document.querySelector("#release .facts");
  if (!entry || !facts) return;
  if (entry.published_at)
    facts.insertBefore(
      html`<span>${t("공표", "Published")} <b><time datetime="${entry.published_at}">${entry.published_at.slice(0, 10)}</time></b></span>`,
      facts.lastChild
    );
  const newer = entry.superseded_by ?? (index.current !== site.release_id ? index.current : null);
  if (entry.state === "withdrawn")
    facts.after(html`<p class="problem" role="alert">${t("철회된 배포판이다", "This release has been withdrawn")}: ${entry.reason ?? ""}</p>`);
  else if (newer)
    facts.after(
      html`<p class="problem">${t(`더 새 배포판이 있다: ${newer}`, `There is a newer release: ${newer}`)} <a href=${new URL(`../${newer}/site/${lang}/index.html`, release)}>${t("보기", "Open")}</a></p>`
    );
}

function wireTheme() {
  const button = document.getElementById("theme");
  if (!button || button.dataset.wired) return;
  button.dataset.wired = "yes";
  const themes = ["auto", "light", "dark"];
  const show = () => (button.textContent = button.dataset[document.documentElement.dataset.theme ?? "auto"]);
  button.onclick = () => {
    const now = document.documentElement.dataset.theme ?? "auto";
    const next = themes[(themes.indexOf(now) + 1) % themes.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      if (next === "auto") localStorage.removeItem("sandan-theme");
      else localStorage.setItem("sandan-theme", next);
    } catch {
      // Without storage the choice holds for this page.
    }
    show();
  };
  show();
}

/** The other language keeps what is chosen on this page. */
function wireLanguage() {
  const link = document.getElementById("language");
  if (!link) return;
  const bare = link.href.split(/[?#]/)[0];
  const follow = () => (link.href = bare + location.search + location.hash);
  addEventListener("hashchange", follow);
  addEventListener("sandan-choice", follow);
  follow();
}

/** Keep what is chosen in the address, so that a link shows the same. */
export function remember(choices) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(choices)) {
    if (value == null || value === "") query.delete(name);
    else query.set(name, value);
  }
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  dispatchEvent(new Event("sandan-choice"));
}

/** What the address says is chosen. */
export const chosen = (name) => new URLSearchParams(location.search).get(name);

// Titles and introductions of the pages, in both languages. Names and units of figures never stand
// here: they come from the release.
export const languages = ["ko", "en"];

export const site = {ko: "국가산업단지 통계", en: "Statistics of national industrial complexes"};

export const pages = [
  {page: "index", module: "overview", ko: "개요", en: "Overview"},
  {
    page: "complexes", module: "complexes", ko: "단지", en: "Complexes",
    lead: {
      ko: "단지를 고르면 그 단지의 시계열, 업종, 지표, 이웃 단지와 원본 파일의 칸을 볼 수 있다.",
      en: "Choose a complex for its history, industries, indicators, neighbours and the cells of the publisher's files its figures come from."
    }
  },
  {
    page: "map", module: "map", ko: "지도", en: "Map",
    lead: {
      ko: "원의 넓이가 값에 비례한다. 분기를 옮기면 같은 눈금으로 비교된다.",
      en: "The area of a circle is proportional to the figure. Moving the quarter keeps the scale."
    }
  },
  {
    page: "compare", module: "compare", ko: "비교", en: "Compare",
    lead: {ko: "단지를 네 곳까지 나란히 본다.", en: "Up to four complexes side by side."}
  },
  {
    page: "claims", module: "claims", ko: "주장 검증", en: "Claims",
    lead: {
      ko: "산업단지에 대해 말해진 것을 이 배포판의 수치로 다시 잰다. 점은 정의마다 잰 값, 점선은 주장한 값, 띠는 허용오차이다.",
      en: "What was said of the complexes, measured again with the figures of this release. Dots are what each definition measures, the dashed line is what was stated, the band its tolerance."
    }
  },
  {
    page: "revisions", module: "revisions", ko: "수정", en: "Revisions",
    lead: {
      ko: "수정은 나중 판에서 앞 판을 뺀 것이다. 수정되지 않은 분기는 0으로 센다.",
      en: "A revision is the later statement minus the earlier one. Quarters that were not revised count as zero."
    }
  },
  {
    page: "quality", module: "quality", ko: "품질", en: "Quality",
    lead: {
      ko: "배포판이 나가기 전에 통과해야 하는 점검과 그 결과.",
      en: "The checks a release must pass before it is published, and how they came out."
    }
  },
  {
    page: "status", module: "status", ko: "전국 현황", en: "All of Korea",
    lead: {
      ko: "전국산업단지현황통계의 모든 단지. 상위단지와 하위단지가 함께 있으므로 합계는 상위단지만으로 낸다.",
      en: "Every complex of the status statistic. Parents and their parts stand side by side: only top-level rows add up to a total."
    }
  },
  {
    page: "dictionary", module: "dictionary", ko: "자료 사전", en: "Dictionary",
    lead: {
      ko: "모든 표와 열: 뜻, 단위, 출처, 검사, 그리고 어디에서 나오는지.",
      en: "Every table and column: meaning, unit, source, tests, and where it comes from."
    }
  },
  {
    page: "sql", module: "sql", ko: "SQL", en: "SQL",
    lead: {
      ko: "이 배포판의 데이터베이스를 브라우저 안에서 바로 조회한다. 어떤 자료도 밖으로 나가지 않는다.",
      en: "Query the database of this release right here in the browser. Nothing leaves this page."
    }
  },
  {
    page: "downloads", module: "downloads", ko: "내려받기", en: "Downloads",
    lead: {
      ko: "이 배포판의 모든 파일. 배포판은 한 번 나가면 바뀌지 않는다.",
      en: "Every file of this release. A release never changes once it is out."
    }
  }
];

export const complexPage = {page: "complex", module: "complex", ko: "단지", en: "Complex"};

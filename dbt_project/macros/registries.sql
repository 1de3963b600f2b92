{#- Registries as slowly changing dimensions (type 2).

    An edition lists what is registered within a scope: the whole country (`_T`), or one complex
    where an interface is asked complex by complex. What stood in an edition and stands no more in
    the next edition of its scope is closed; where no edition asked, nothing is known. Everything is
    told by neighbours: one window over the rows of a key, in the order of editions. -#}

{#- What may change, and by which marks it shows. Spelling does not count, and what one of two editions
    does not state has not changed. `instead`: marks that are compared where one of two editions lacks
    the first. `unless`: who moves to another complex has moved, that is all. The landed text stays as
    the publisher wrote it. -#}
{% macro factory_changes() -%}
    {{ return([
        {'kind': 'rename', 'marks': {'name': firm_key('company_name')}},
        {'kind': 'move', 'marks': {'province': 'province_code', 'place': place_key()}},
        {'kind': 'industry_change', 'marks': {
            'industry': "case when ksic_code > '9' then substr(ksic_code, 2) else ksic_code end",
            'industry_name': 'case when ksic_code is null then industry_name end',
        }},
        complex_change(),
    ]) }}
{%- endmacro %}

{% macro centre_changes() -%}
    {{ return([
        {'kind': 'rename', 'marks': {'name': firm_key('name_ko')}},
        {'kind': 'move', 'marks': {'province': 'province_code', 'place': place_key()}},
        {'kind': 'status_change', 'marks': {'status': 'status'}},
        {'kind': 'type_change', 'marks': {'location_type': 'location_type', 'sale_type': 'sale_type'}},
        {'kind': 'area_change', 'marks': {'land_area': 'land_area_m2', 'floor_area': 'floor_area_m2'}},
        complex_change(),
    ]) }}
{%- endmacro %}

{#- A complex is told by its identifier or, where one edition has none, by its name without the kind;
    the kinds are held against each other where both say one (a national and a general complex may
    share a name). -#}
{% macro complex_change() -%}
    {{ return({
        'kind': 'complex_change',
        'marks': {'complex': 'complex_id'},
        'instead': {
            'complex_stem': complex_stem("translate(complex_raw, '·ㆍ‧・∙', '')"),
            'complex_kind': "nullif(regexp_extract(replace(complex_raw, ' ', ''),"
                " '(국가|일반|도시첨단|농공)(산업)?(단지|산단)$', 1), '')",
        },
        'unless': 'move',
    }) }}
{%- endmacro %}

{#- A firm's name whatever its blanks, case and the spelling of its legal form. -#}
{% macro firm_key(column) -%}
    {%- set plain = "lower(replace(" ~ column ~ ", ' ', ''))" -%}
    {%- set key = namespace(sql=plain) -%}
    {%- for long, short in [('주식회사', '(주)'), ('㈜', '(주)'), ('（주）', '(주)'), ('유한회사', '(유)')] -%}
        {%- set key.sql = "replace(" ~ key.sql ~ ", '" ~ long ~ "', '" ~ short ~ "')" -%}
    {%- endfor -%}
    {#- most names have none of these, and a look costs less than four replacements -#}
    {%- set odd = [] -%}
    {%- for word in ['회사', '㈜', '（'] -%}
        {%- do odd.append(column ~ " like '%" ~ word ~ "%'") -%}
    {%- endfor -%}
    {{ return("case when " ~ odd | join(' or ') ~ " then " ~ key.sql ~ " else " ~ plain ~ " end") }}
{%- endmacro %}

{#- Who a firm is: its name without legal form, blanks, punctuation and the factory at its end
    (`㈜한빛 제2공장`, `한빛(주) 안산공장`, `주식회사 한빛`, `한빛` are one). Unlike `firm_key`, which tells a
    renaming, it rather joins two firms than parts one. Landed names are NFC, their blanks single. -#}
{% macro firm_stem(column) -%}
    {%- set wide = 'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９（）＆' -%}
    {%- set narrow = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789()&' -%}
    {%- set name = "lower(translate(" ~ column ~ ", '" ~ wide ~ "', '" ~ narrow ~ "'))" -%}
    {%- set forms = '[(] *[주유합사재株有] *[)]|^주 *[)]|[㈜㈱㈲㈔]|주식 *회사|株式會社|유한(책임)? *회사|합[자명] *회사'
        '|(사단|재단|농업회사|어업회사)법인|영[농어]조합법인'
        '|[ ,]+(co[., ]*ltd|co|ltd|inc|corp|llc)[.]*$' -%}
    {%- set factory = '([ ,]+[가-힣0-9]{0,8}|제?[0-9]{1,2}) ?(공장|지점|사업장|사업소) *$' -%}
    {#- every one is replaced: DuckDB wants to be told, others do so anyway -#}
    {%- set every = ", 'g'" if target.type == 'duckdb' else '' -%}
    {%- set bare = "trim(regexp_replace(" ~ name ~ ", '" ~ forms ~ "', ' '" ~ every ~ "))" -%}
    {%- set firm = "regexp_replace(" ~ bare ~ ", '" ~ factory ~ "', '')" -%}
    {{ return("coalesce(nullif(translate(" ~ firm ~ ", ' .,·ㆍ‧・∙_-', ''), ''), " ~ name ~ ")") }}
{%- endmacro %}

{#- An address without its province, which is a mark of its own (강원도 is 강원특별자치도, 인천 is
    인천광역시), without the reference at its end, which adds nothing to road and number
    (`… 남동서로 5 (고잔동)`; (가동) to (바동) are buildings), and without floor and unit behind the number
    (`… 남동서로 15, 1층`, `… 고잔동 12-3 2층 201호`): who moves within a building has not moved. A unit that is a
    lot (`정왕동 시화공단 3바 505호`) stays. -#}
{% macro place_key() -%}
    {%- set reference = " *\\(([가-힣][가-힣0-9]+|[^가나다라마바A-Za-z0-9(), ])(동|가|읍|면|리)(,[^()]*)?\\) *$" -%}
    {%- set place = "regexp_replace(case when names_province then substr(address, instr(address, ' ') + 1) else address end, '"
        ~ reference ~ "', '')" -%}
    {%- set numbers = '[A-Za-z가-힣]?[0-9]+(?:-[0-9]+)?(?: ?[~,·.및-] ?[A-Za-z]?[0-9]+(?:-[0-9]+)?)* ?' -%}
    {%- set detail = '[, ]*[, (] ?(?:(?:지하|지상) ?)?' ~ numbers ~ '(?:층|호실|호)(?: ?(?:일부|전체|전부))?\\)?' -%}
    {%- set behind = "regexp_extract(" ~ place ~ ", '(?:로|길|동|리|가) ?(?:산 ?)?[0-9]+(?:-[0-9]+)?(?:번지)?(?: ?\\([^()]*\\))?(?:[, ]+[가-힣A-Za-z0-9]+동)?((?:"
        ~ detail ~ ")+) *$', 1)" -%}
    {#- most addresses have neither, and a look costs less than an expression -#}
    {{ return(
        "case when address like '%층%' or address like '%호%' then regexp_replace(substr(rtrim(" ~ place ~ "), 1, length(rtrim("
        ~ place ~ ")) - length(" ~ behind ~ ")), '" ~ reference ~ "', '') else " ~ place ~ " end"
    ) }}
{%- endmacro %}

{#- Whether an address begins with a spelling of the province `p` (a row of the seed). -#}
{% macro names_province(address, p) -%}
    coalesce(concat(';', {{ p }}.name_ko, ';', {{ p }}.spellings, ';')
        like concat('%;', substr({{ address }}, 1, instr({{ address }}, ' ') - 1), ';%')
        and instr({{ address }}, ' ') > 1, false)
{%- endmacro %}

{#- `listed`: the rows, of a key that stands twice in an edition the first. Only the repeated ones are
    looked for: to number all rows would cost a sort of everything. -#}
{% macro listed_once(rows) -%}
repeated as (
    select dataset, registry_key, period, min(sheet || ' ' || cell) as first_place
    from {{ rows }}
    group by dataset, registry_key, period
    having count(*) > 1
),

listed as (
    select r.*
    from {{ rows }} as r
    left join repeated as p
        on p.dataset = r.dataset and p.registry_key = r.registry_key and p.period = r.period
    where p.first_place is null or p.first_place = r.sheet || ' ' || r.cell
)
{%- endmacro %}

{#- Rows of editions → versions, as the CTEs `marked` to `bounded`. The relation `listed` has
    dataset, registry_key, the columns that `changes` name, and of its edition: period, next_period
    (the next edition to be held against it, NULL where there is none) and is_latest. -#}
{% macro registry_versions(listed, changes) -%}
-- what is compared, as a number: 800,000 rows of text need not be carried twice
marked as (
    select
        *,
        {%- for mark, text in marks_of(changes).items() %}
        {{ text if '_m2' in text
            else "case when " ~ text ~ " is not null then hash(lower(replace(" ~ text ~ ", ' ', ''))) end" }}
            as {{ mark }}_mark
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ listed }}
),

neighboured as (
    select
        *,
        lag(period) over editions as period_before,
        lag(next_period) over editions as next_period_before,
        {%- for mark in marks_of(changes) %}
        lag({{ mark }}_mark) over editions as {{ mark }}_before,
        {%- endfor %}
        last_value(period) over life as last_period,
        last_value(next_period) over life as next_period_at_last,
        last_value(is_latest) over life as is_latest_at_last
    from marked
    window
        editions as (partition by dataset, registry_key order by period),
        life as (
            partition by dataset, registry_key order by period
            rows between unbounded preceding and unbounded following
        )
),

compared as (
    select
        *,
        period_before is null as is_first,
        -- an edition that should have had it went by without it
        coalesce(next_period_before < period, false) as is_reopening,
        {%- for change in changes %}
        {{ differs(change) }}
            {%- for other in changes if other.kind == change.unless %} and not {{ differs(other) }}{% endfor %}
            as is_{{ change.kind }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    from neighboured
),

bounded as (
    select
        *,
        -- what stands in the newest edition has no end yet
        case
            when lead(period) over versions is null and is_latest_at_last then null
            else coalesce(lead(period_before) over versions, last_period)
        end as valid_to,
        case
            when lead(is_reopening) over versions then lead(next_period_before) over versions
            when lead(period) over versions is null then next_period_at_last
        end as closed_on_edition,
        lead(period) over versions is null and is_latest_at_last as is_current
    from compared
    where is_first or is_reopening
        {%- for change in changes %} or is_{{ change.kind }}{% endfor %}
    window versions as (partition by dataset, registry_key order by period)
)
{%- endmacro %}

{#- All marks of changes, with the SQL of each. -#}
{% macro marks_of(changes) -%}
    {%- set marks = {} -%}
    {%- for change in changes -%}
        {%- do marks.update(change.marks) -%}
        {%- do marks.update(change.instead or {}) -%}
    {%- endfor -%}
    {{ return(marks) }}
{%- endmacro %}

{% macro differs(change) -%}
    {%- if change.instead -%}
    (case
        when {% for mark in change.marks %}{{ mark }}_mark is not null and {{ mark }}_before is not null
            {{- ' and ' if not loop.last }}{% endfor %} then {{ any_differs(change.marks) }}
        else {{ any_differs(change.instead) }}
    end)
    {%- else -%}
    {{ any_differs(change.marks) }}
    {%- endif -%}
{%- endmacro %}

{% macro any_differs(marks) -%}
    (
        {%- for mark in marks -%}
        coalesce({{ mark }}_mark <> {{ mark }}_before, false)
        {{- ' or ' if not loop.last }}
        {%- endfor -%}
    )
{%- endmacro %}

{#- The kinds of a version's beginning, joined by ';', and the one word for them. -#}
{% macro change_list(changes) -%}
    {%- set kinds = ['reopening'] + changes | map(attribute='kind') | list -%}
    trim(both ';' from {% for kind in kinds -%}
        case when is_{{ kind }} then ';{{ kind }}' else '' end {{ '|| ' if not loop.last }}
    {%- endfor %})
{%- endmacro %}

{#- The first day of a period, as a date. -#}
{% macro first_day(period) -%}
    cast(case
        when {{ period }} like '____-Q_' then substr({{ period }}, 1, 5)
            || lpad(cast(cast(substr({{ period }}, 7, 1) as integer) * 3 - 2 as string), 2, '0') || '-01'
        when {{ period }} like '____-__' then {{ period }} || '-01'
        when {{ period }} like '____-__-__' then {{ period }}
        else substr({{ period }}, 1, 4) || '-01-01'
    end as date)
{%- endmacro %}

{#- The name of a complex without the words that say what kind it is. -#}
{% macro complex_stem(column) -%}
    regexp_replace(lower(replace({{ column }}, ' ', '')), '(국가|일반|도시첨단)?(산업단지|농공단지|산단)$', '')
{%- endmacro %}

{#- Moves of what has no number, as the CTEs `ends`, `beginnings` and `moves`. Its key is made from
    name and address, so that a move looks like a closure and an opening: the two are paired where
    exactly one closure and one opening between two editions bear one name. Where the address is the
    same but for its spelling, nothing has moved (`is_same_place`). The relation has the columns of
    `registry_versions`, and `name_and_address`: is it known by those? -#}
{% macro paired_moves(versions) -%}
ends as (
    select dataset, scope, closed_on_edition as edition, name_mark, min(registry_key) as closed_key,
        min(valid_to) as last_seen, min(province_mark) as province_mark, min(place_mark) as place_mark
    from {{ versions }}
    where closed_on_edition is not null and name_and_address
    group by dataset, scope, closed_on_edition, name_mark
    having count(*) = 1
),

beginnings as (
    select dataset, scope, period as edition, name_mark, min(registry_key) as opened_key,
        min(province_mark) as province_mark, min(place_mark) as place_mark
    from {{ versions }}
    where is_first and previous_period is not null and name_and_address
    group by dataset, scope, period, name_mark
    having count(*) = 1
),

moves as (
    select b.dataset, b.edition, b.opened_key, e.closed_key, e.last_seen,
        coalesce(b.place_mark = e.place_mark, false) and coalesce(b.province_mark = e.province_mark, true)
            as is_same_place
    from beginnings as b
    inner join ends as e
        on e.dataset = b.dataset and e.scope = b.scope and e.edition = b.edition
        and e.name_mark = b.name_mark
)
{%- endmacro %}

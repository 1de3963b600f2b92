{#- Registries as slowly changing dimensions (type 2).

    An edition lists what is registered within a scope: the whole country (`_T`), or one complex
    where an interface is asked complex by complex. What stood in an edition and stands no more in
    the next edition of its scope is closed; where no edition asked, nothing is known. Everything is
    told by neighbours: one window over the rows of a key, in the order of editions. -#}

{#- What may change, and where it shows. Blanks and case do not count, and what one of two editions
    does not state has not changed. `unless`: who moves to another complex has moved, that is all. -#}
{% macro factory_changes() -%}
    {{ return([
        {'kind': 'rename', 'columns': ['company_name']},
        {'kind': 'move', 'columns': ['address']},
        {'kind': 'industry_change', 'columns': ['industry']},
        {'kind': 'complex_change', 'columns': ['complex_name'], 'unless': 'address'},
    ]) }}
{%- endmacro %}

{% macro centre_changes() -%}
    {{ return([
        {'kind': 'rename', 'columns': ['name_ko']},
        {'kind': 'move', 'columns': ['address']},
        {'kind': 'status_change', 'columns': ['status']},
        {'kind': 'type_change', 'columns': ['location_type', 'sale_type']},
        {'kind': 'area_change', 'columns': ['land_area_m2', 'floor_area_m2']},
        {'kind': 'complex_change', 'columns': ['complex_name'], 'unless': 'address'},
    ]) }}
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
        {%- for change in changes %}
        {%- for column in change.columns %}
        {{ column if '_m2' in column
            else "case when " ~ column ~ " is not null then hash(lower(replace(" ~ column ~ ", ' ', ''))) end" }}
            as {{ column }}_mark
        {{- ',' if not loop.last }}
        {%- endfor %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ listed }}
),

neighboured as (
    select
        *,
        lag(period) over editions as period_before,
        lag(next_period) over editions as next_period_before,
        {%- for change in changes %}
        {%- for column in change.columns %}
        lag({{ column }}_mark) over editions as {{ column }}_before,
        {%- endfor %}
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
        {{ differs(change.columns) }}
            {%- if change.unless %} and not {{ differs([change.unless]) }}{% endif %} as is_{{ change.kind }}
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

{% macro differs(columns) -%}
    (
        {%- for column in columns -%}
        coalesce({{ column }}_mark <> {{ column }}_before, false)
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
    exactly one closure and one opening between two editions bear one name. The relation has the
    columns of `registry_versions`, and `name_and_address`: is it known by those? -#}
{% macro paired_moves(versions, name) -%}
ends as (
    select dataset, scope, closed_on_edition as edition, lower(replace({{ name }}, ' ', '')) as bearer,
        min(registry_key) as closed_key, min(valid_to) as last_seen
    from {{ versions }}
    where closed_on_edition is not null and name_and_address
    group by dataset, scope, closed_on_edition, lower(replace({{ name }}, ' ', ''))
    having count(*) = 1
),

beginnings as (
    select dataset, scope, period as edition, lower(replace({{ name }}, ' ', '')) as bearer,
        min(registry_key) as opened_key
    from {{ versions }}
    where is_first and previous_period is not null and name_and_address
    group by dataset, scope, period, lower(replace({{ name }}, ' ', ''))
    having count(*) = 1
),

moves as (
    select b.dataset, b.edition, b.opened_key, e.closed_key, e.last_seen
    from beginnings as b
    inner join ends as e
        on e.dataset = b.dataset and e.scope = b.scope and e.edition = b.edition and e.bearer = b.bearer
)
{%- endmacro %}

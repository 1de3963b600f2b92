-- One row a claim: what it comes to for its own period. A claim that names none is read as one about
-- the year in which it was made (`verdict_period_is_assumed`).
with own_rows as (
    select
        c.claim_id,
        c.stated_period,
        c.metric,
        k.definition,
        k.period,
        k.verdict,
        k.reason,
        k.reason_ko,
        case
            when k.period_relation = 'own' then 1
            when c.stated_period is not null then 9
            when k.period = cast(year(c.claim_date) as string) and k.measured_value is not null then 1
            when substr(k.period, 1, 4) = cast(year(c.claim_date) as string)
                and k.measured_value is not null then 2
            when k.period = 'none' then 3
            else 9
        end as nearness
    from {{ ref('int_claims_selected') }} as c
    inner join {{ ref('claim_check') }} as k on k.claim_id = c.claim_id
),

nearest as (
    select *, min(nearness) over (partition by claim_id) as best
    from own_rows
    where stated_period is null or nearness = 1
),

answered as (
    select
        claim_id,
        max(case when best = 9 then null else period end) as verdict_period,
        count(distinct case when best < 9 then period end) as period_count,
        case
            when max(best) = 9 then 'not_evaluable'
            when max(case verdict when 'disputed' then 1 else 0 end) = 1 then 'disputed'
            when max(case verdict when 'supported' then 1 else 0 end) = 1
                and max(case verdict when 'contradicted' then 1 else 0 end) = 1 then 'disputed'
            when max(case verdict when 'supported' then 1 else 0 end) = 1 then 'supported'
            when max(case verdict when 'contradicted' then 1 else 0 end) = 1 then 'contradicted'
            when max(case verdict when 'indicative' then 1 else 0 end) = 1 then 'indicative'
            else 'not_evaluable'
        end as verdict
    from nearest
    where nearness = best
    group by claim_id
),

-- the rows that made the verdict, in words: definitions by their names
told as (
    select
        n.claim_id,
        {{ dbt.listagg(
            "case when n.definition = 'none' then '' else n.period || ', ' || "
            ~ definition_name('n.definition', 'en') ~ " || ': ' end || n.reason",
            "' | '", "order by n.period, n.definition"
        ) }} as reason,
        {{ dbt.listagg(
            "case when n.definition = 'none' then '' else n.period || ', ' || "
            ~ definition_name('n.definition', 'ko') ~ " || ': ' end || n.reason_ko",
            "' | '", "order by n.period, n.definition"
        ) }} as reason_ko
    from nearest as n
    inner join answered as a on a.claim_id = n.claim_id
    left join {{ ref('dim_share_definition') }} as d
        on d.metric = n.metric and d.definition = {{ dbt.split_part('n.definition', "'__'", 1) }}
    left join {{ ref('dim_code') }} as k
        on k.codelist = 'definition' and k.code = {{ dbt.split_part('n.definition', "'__'", 1) }}
    where n.nearness = n.best and n.best < 9
        and (a.verdict = 'not_evaluable' or n.verdict <> 'not_evaluable')
    group by n.claim_id
),

simulated as (
    select
        claim_id,
        max(last_held_period) as last_held_period,
        max(last_held_definition) as last_held_definition,
        max(held_periods) as held_periods,
        bool_or(is_simulated) as is_simulated
    from {{ ref('claim_check') }}
    group by claim_id
)

select
    c.claim_id,
    c.text,
    c.language,
    c.source,
    c.source_ko,
    c.claim_date,
    c.metric,
    c.scope,
    coalesce(c.complex_id, '_T') as complex_id,
    c.stated_period,
    c.comparator,
    c.stated_value,
    c.tolerance,
    c.unit,
    c.unit_en,
    c.stated_definition,
    a.verdict,
    coalesce(
        c.stated_period,
        case when a.period_count > 1 then cast(year(c.claim_date) as string) else a.verdict_period end,
        cast(year(c.claim_date) as string)
    ) as verdict_period,
    c.stated_period is null as verdict_period_is_assumed,
    coalesce(t.reason, 'no figure for ' || cast(year(c.claim_date) as string)
        || ', the year of the claim, which names no period') as reason,
    coalesce(t.reason_ko, '기간을 밝히지 않은 주장의 해인 ' || cast(year(c.claim_date) as string)
        || '년의 수치 없음') as reason_ko,
    s.last_held_period,
    s.last_held_definition,
    s.held_periods,
    c.contradicts,
    c.note_ko,
    c.note_en,
    c.printed_as,
    c.snapshot_id,
    cast(c.file_count as integer) as file_count,
    c.snapshot_ids,
    s.is_simulated
from {{ ref('int_claims_selected') }} as c
inner join answered as a on a.claim_id = c.claim_id
left join told as t on t.claim_id = c.claim_id
inner join simulated as s on s.claim_id = c.claim_id

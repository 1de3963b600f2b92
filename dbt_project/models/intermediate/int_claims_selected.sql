-- The newest statement of each claim, with the metric's canonical unit. `file_count`: in how many
-- files the identifier stands, `snapshot_ids`: which; more than one stops the gate (two claims with one id).
--
-- `contradicts` names the claims that cannot be true together with this one: same metric, scope and
-- period (where neither names a period: same source), and no value satisfies both.
with newest as (
    select
        c.*,
        row_number() over (
            partition by c.claim_id
            order by {{ dbt.split_part('c.snapshot_id', "'/'", 3) }} desc, c.loaded_at desc,
                c.snapshot_id desc, c.cell
        ) as statement
    from {{ ref('stg_sandan__claims') }} as c
),

files as (
    select
        claim_id,
        count(*) as file_count,
        {{ dbt.listagg('snapshot_id', "'; '", 'order by snapshot_id') }} as snapshot_ids
    from {{ ref('stg_sandan__claims') }}
    group by claim_id
),

claims as (
    select
        c.claim_id,
        c.text,
        c.language,
        c.source,
        c.source_ko,
        c.claim_date,
        c.metric,
        m.dimension,
        c.scope,
        c.complex_id,
        x.published_from as complex_from,
        x.published_until as complex_until,
        c.period as stated_period,
        coalesce(c.comparator, 'approx') as comparator,
        c.stated_value,
        coalesce(c.tolerance, 0) as tolerance,
        c.unit,
        -- What is counted (개, 건) is named by the metric; an amount is told in the unit it was printed in.
        case when m.dimension = 'percent' then c.unit
            else coalesce(case when c.unit = m.unit then m.unit_en end, u.name_en, c.unit) end as unit_en,
        coalesce(u.factor_to_canonical, 1) as unit_factor,
        case
            when c.stated_value = round(c.stated_value) then 0
            when c.stated_value = round(c.stated_value, 1) then 1
            when c.stated_value = round(c.stated_value, 2) then 2
            when c.stated_value = round(c.stated_value, 3) then 3
            else 4
        end as printed_decimals,
        c.definition as stated_definition,
        c.note_ko,
        c.note_en,
        c.printed_as,
        m.needs_ko,
        m.needs_en,
        c.snapshot_id,
        f.file_count,
        f.snapshot_ids,
        c.is_simulated
    from newest as c
    inner join files as f on f.claim_id = c.claim_id
    left join {{ ref('claim_metrics') }} as m on m.metric = c.metric
    left join {{ ref('complexes') }} as x on x.complex_id = c.complex_id
    left join {{ ref('units') }} as u on u.unit = c.unit and u.dimension = m.dimension
    where c.statement = 1
),

ranges as (
    select
        claim_id,
        metric,
        -- however a complex is called
        coalesce(complex_id, lower(trim(scope))) as scope,
        stated_period,
        source,
        case when comparator in ('at_most', 'less_than') then null
            else (stated_value - case comparator when 'more_than' then 0 else tolerance end) * unit_factor
            end as lowest,
        case when comparator in ('at_least', 'more_than') then null
            else (stated_value + case comparator when 'less_than' then 0 else tolerance end) * unit_factor
            end as highest
    from claims
),

contradictions as (
    select
        a.claim_id,
        {{ dbt.listagg("b.claim_id", "', '", "order by b.claim_id") }} as contradicts
    from ranges as a
    inner join ranges as b
        on b.claim_id <> a.claim_id and b.metric = a.metric and b.scope = a.scope
        and case
            when a.stated_period is null and b.stated_period is null then a.source = b.source
            else a.stated_period = b.stated_period
        end
        -- a millionth: what two doubles may differ by
        and (
            a.lowest > b.highest + 0.000001 * abs(b.highest)
            or b.lowest > a.highest + 0.000001 * abs(a.highest)
        )
    group by a.claim_id
)

select c.*, x.contradicts
from claims as c
left join contradictions as x on x.claim_id = c.claim_id

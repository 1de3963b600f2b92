-- What the metrics of claims measure, by definition and period, in canonical units. Where a metric comes
-- from stands in one row of the seed claim_metrics: `model` and the columns beside it.
--
--   national_share   shares of the nation, by definition (int_shares_computed)
--   total            figures in print and of interfaces (`series`), source by source; the row 계 of the
--                    trend statistic (`trend_measure`) by month, quarter and year (a flow: the sum of
--                    four quarters, a stock: the last); all complexes of the status statistic
--                    (`status_measure`)
--   growth           growth of another metric (`growth_of`) on the same period of the year before,
--                    definition by definition; a figure worked out from a growth rate gives none
--   complex_list     how many complexes there are, as printed and as listed
--   one_complex…     figures of one complex: int_claim_complexes_measured
--
-- `concept` joins the statements that are about the same thing, so that sources which disagree can
-- be told; `is_printed`: somebody stated the value itself.
with shares as (
    select
        metric,
        definition,
        {{ dbt.split_part('definition', "'__'", 1) }} as concept,
        period,
        share_pct as value,
        months_covered,
        months_in_period,
        coalesce(
            case when denominator is null then numerator_source
                else numerator_source || ' / ' || denominator_source end,
            denominator_source
        ) as source,
        denominator_source is not null and numerator is null and share_pct is not null as is_printed,
        reason_en,
        reason_ko,
        is_simulated
    from {{ ref('int_shares_computed') }}
),

figures as (
    select
        m.metric,
        f.period,
        f.freq,
        f.value,
        f.months_covered,
        f.source,
        f.print,
        f.derivation,
        f.is_simulated,
        row_number() over (
            partition by m.metric, f.period order by f.figure_rank
        ) as place
    from {{ ref('int_figures_harmonised') }} as f
    inner join {{ ref('claim_metrics') }} as m on m.series = f.series and m.model = 'total'
    where f.freq in ('A', 'Q', 'M') and f.value is not null
),

printed_counts as (
    select
        period,
        freq,
        value,
        source,
        is_simulated,
        row_number() over (partition by period order by published_at desc nulls last, source, value) as place
    from (
        select
            period,
            freq,
            cast(complexes_covered as double) as value,
            source,
            max(published_at) as published_at,
            bool_or(is_simulated) as is_simulated
        from {{ ref('int_figures_harmonised') }}
        where complexes_covered is not null and not is_interface and freq in ('A', 'Q', 'M')
        group by period, freq, complexes_covered, source
    ) as stated
),

trend as (
    select m.metric, q.period, 3 as months, q.value, s.kind, q.is_simulated
    from {{ ref('int_observations_quarterised') }} as q
    inner join {{ ref('claim_metrics') }} as m on m.trend_measure = q.measure and m.model = 'total'
    inner join {{ ref('measures') }} as s on s.measure = q.measure
    where q.complex_id = '_T' and q.industry_code = '_T' and q.size_class = '_T' and q.sex = '_T'
        and q.obs_status = 'A'
    union all
    select m.metric, v.period, 1 as months, v.value, s.kind, v.is_simulated
    from {{ ref('int_observations_vintaged') }} as v
    inner join {{ ref('claim_metrics') }} as m on m.trend_measure = v.measure and m.model = 'total'
    inner join {{ ref('measures') }} as s on s.measure = v.measure
    where v.complex_id = '_T' and v.industry_code = '_T' and v.size_class = '_T' and v.sex = '_T'
        and v.obs_status = 'A' and v.is_latest and v.freq = 'M'
),

trend_years as (
    select
        metric,
        substr(period, 1, 4) as period,
        case when kind = 'stock' then max(case when period like '%Q4' then value end)
            else cast(sum(cast(value as decimal(28, 8))) as double) end as value,
        case when kind = 'stock' then 'end of the fourth quarter' else 'four quarters' end as how,
        bool_or(is_simulated) as is_simulated
    from trend
    where months = 3 and kind in ('flow', 'stock')
    group by metric, kind, substr(period, 1, 4)
    having count(*) = 4
),

listed as (
    select period, cast(count(*) as double) as value, bool_or(is_simulated) as is_simulated
    from {{ ref('int_complex_quarters_pivoted') }}
    where complex_id <> '_T'
    group by period
),

-- all complexes of the country: the publisher's total; of flows, which it does not total, the sum over
-- the top level, and only where every one of them is stated
status_totals as (
    select m.metric, t.period, t.value, 'publisher''s total' as how, t.is_simulated
    from {{ ref('int_status_totals_selected') }} as t
    inner join {{ ref('claim_metrics') }} as m on m.status_measure = t.measure and m.model = 'total'
    where t.complex_type = '_T' and t.province_code = '_T' and t.sex = '_T' and t.value is not null
    {%- for flow in ['production_krw_100m', 'exports_usd_m'] %}
    union all
    select m.metric, f.period, cast(sum(cast(f.{{ flow }} as decimal(28, 8))) as double) as value,
        'sum of the top-level complexes' as how, bool_or(q.is_simulated) as is_simulated
    from {{ ref('int_status_flows_differenced') }} as f
    inner join {{ ref('int_status_quarters_pivoted') }} as q
        on q.status_complex_id = f.status_complex_id and q.period = f.period and q.level = 0
    inner join {{ ref('claim_metrics') }} as m on m.status_measure = '{{ flow }}' and m.model = 'total'
    group by m.metric, f.period
    having sum(case when f.{{ flow }}_status = 'A' then 0 else 1 end) = 0
    {%- endfor %}
),

levels as (
    select
        metric,
        case when place = 1 then 'as_published' else 'as_published__' || cast(place as string) end as definition,
        'total' as concept,
        period,
        value,
        coalesce(months_covered, {{ months_of('freq') }}) as months_covered,
        {{ months_of('freq') }} as months_in_period,
        source || ', ' || coalesce(print, 'stated') as source,
        true as is_printed,
        derivation = 'derived' as is_derived,
        is_simulated
    from figures
    union all
    select
        metric, 'trend_total' as definition, 'total' as concept, period, value, months as months_covered,
        months as months_in_period, 'kicox__industrial_trend, row 계' as source, false as is_printed,
        false as is_derived, is_simulated
    from trend
    union all
    select
        metric, 'trend_total' as definition, 'total' as concept, period, value, 12 as months_covered,
        12 as months_in_period, 'kicox__industrial_trend, row 계, ' || how as source, false as is_printed,
        false as is_derived, is_simulated
    from trend_years
    union all
    select
        metric, 'status_total' as definition, 'total' as concept, period, value, 3 as months_covered,
        3 as months_in_period, 'kicox__complex_status, ' || how as source, false as is_printed,
        false as is_derived, is_simulated
    from status_totals
    union all
    select
        'kicox_complexes_count' as metric,
        case when place = 1 then 'as_published' else 'as_published__' || cast(place as string) end as definition,
        'managed_complexes' as concept,
        period,
        value,
        {{ months_of('freq') }} as months_covered,
        {{ months_of('freq') }} as months_in_period,
        source,
        true as is_printed,
        false as is_derived,
        is_simulated
    from printed_counts
    union all
    select
        'kicox_complexes_count' as metric, 'trend_total' as definition, 'managed_complexes' as concept,
        period, value, 3 as months_covered, 3 as months_in_period,
        'kicox__industrial_trend, complexes listed' as source, false as is_printed, false as is_derived,
        is_simulated
    from listed
    union all
    select
        'kicox_complexes_count' as metric, 'national_type_register' as definition,
        'national_type_complexes' as concept, period, value, 3 as months_covered, 3 as months_in_period,
        'kicox__complex_status, national complexes, publisher''s total' as source, false as is_printed,
        false as is_derived, is_simulated
    from {{ ref('int_status_totals_selected') }}
    where complex_type = 'national' and province_code = '_T' and measure = 'complex_count' and value is not null
),

growth as (
    select
        m.metric,
        l.definition,
        'growth' as concept,
        l.period,
        (l.value / b.value - 1) * 100 as value,
        l.months_in_period as months_covered,
        l.months_in_period,
        l.source || ' / ' || b.period || ': ' || b.source as source,
        false as is_printed,
        l.is_simulated or b.is_simulated as is_simulated
    from {{ ref('claim_metrics') }} as m
    inner join levels as l
        on l.metric = m.growth_of and not l.is_derived and l.months_covered = l.months_in_period
    inner join levels as b
        on b.metric = l.metric and b.definition = l.definition
        and b.period = {{ year_ago_period('l.period') }}
        and not b.is_derived and b.months_covered = b.months_in_period
    where m.model = 'growth' and b.value <> 0
)

select
    metric,
    cast(null as string) as complex_id,
    definition,
    concept,
    period,
    value,
    cast(months_covered as integer) as months_covered,
    cast(months_in_period as integer) as months_in_period,
    source,
    is_printed,
    reason_en,
    reason_ko,
    cast(null as string) as break_ids,
    is_simulated
from shares
union all
select
    metric,
    complex_id,
    definition,
    concept,
    period,
    value,
    cast(months_covered as integer) as months_covered,
    cast(months_in_period as integer) as months_in_period,
    source,
    is_printed,
    reason_en,
    reason_ko,
    break_ids,
    is_simulated
from {{ ref('int_claim_complexes_measured') }}
{%- for gathered in ['levels', 'growth'] %}
union all
select
    metric,
    cast(null as string) as complex_id,
    definition,
    concept,
    period,
    value,
    cast(months_covered as integer) as months_covered,
    cast(months_in_period as integer) as months_in_period,
    source,
    is_printed,
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    cast(null as string) as break_ids,
    is_simulated
from {{ gathered }}
{%- endfor %}

-- What the metrics about one complex measure, for the complexes of which something is claimed.
--
--   one_complex          the row of the complex in the trend statistic, by quarter and year (a flow: the sum of
--                        four quarters; a stock: the end of the fourth)
--   one_complex_growth   growth on the year before, as published and like for like (int_growth_computed)
--   one_complex_share    of the row 계 (int_share_kpis_computed)
--
-- A figure that the publisher suppressed, and whatever is computed from one, is a row without a value that
-- says so: nothing can be held against it. A year with a suppressed quarter has none, either.
with claimed as (
    select distinct c.metric, c.complex_id, m.model, m.trend_measure, s.kind
    from {{ ref('int_claims_selected') }} as c
    inner join {{ ref('claim_metrics') }} as m on m.metric = c.metric
    inner join {{ ref('measures') }} as s on s.measure = m.trend_measure
    where c.complex_id is not null
),

quarters as (
    select
        c.metric, q.complex_id, c.kind, q.period, q.obs_status, b.break_ids, q.is_simulated,
        case when q.obs_status = 'A' then q.value end as value
    from {{ ref('int_observations_quarterised') }} as q
    inner join claimed as c
        on c.model = 'one_complex' and c.trend_measure = q.measure and c.complex_id = q.complex_id
    left join {{ ref('int_row_breaks_listed') }} as b
        on b.complex_id = q.complex_id and b.period = q.period and not b.is_industry
    where q.industry_code = '_T' and q.size_class = '_T' and q.sex = '_T'
),

years as (
    select
        metric,
        complex_id,
        substr(period, 1, 4) as period,
        case when kind = 'stock' then {{ of_last_quarter('value') }}
            when bool_and(obs_status = 'A') then cast(sum(cast(value as decimal(28, 8))) as double) end as value,
        case when kind = 'stock' then {{ of_last_quarter('obs_status') }}
            when bool_or(obs_status = 'Q') then 'Q'
            when bool_or(obs_status = 'O') then 'O'
            else max(obs_status) end as obs_status,
        nullif({{ all_break_ids('break_ids') }}, '') as break_ids,
        bool_or(is_simulated) as is_simulated
    from quarters
    where kind in ('flow', 'stock')
    group by metric, complex_id, kind, substr(period, 1, 4)
    having count(*) = 4
),

growth as (
    select
        c.metric, g.complex_id, g.period, g.is_simulated,
        {{ joined_break_ids('g.break_ids', 'g.restated_for') }} as break_ids,
        g.growth_pct, g.growth_pct_status, g.growth_lfl_pct, g.growth_lfl_pct_status, g.lfl_reason, g.lfl_reason_ko
    from {{ ref('int_growth_computed') }} as g
    inner join claimed as c
        on c.model = 'one_complex_growth' and c.trend_measure = g.measure and c.complex_id = g.complex_id
    where g.industry_code = '_T' and g.comparison = 'yoy'
),

shares as (
    select c.metric, k.complex_id, k.period, k.value, k.obs_status, b.break_ids, k.is_simulated
    from {{ ref('int_share_kpis_computed') }} as k
    -- complex_exports_share_pct is of the KPI exports_share_pct
    inner join claimed as c
        on c.model = 'one_complex_share' and c.metric = 'complex_' || k.kpi and c.complex_id = k.complex_id
    left join {{ ref('int_kpi_breaks_listed') }} as b
        on b.complex_id = k.complex_id and b.kpi = k.kpi and b.period = k.period
),

gathered as (
    select metric, complex_id, 'complex_row' as definition, period, value, obs_status, break_ids,
        'kicox__industrial_trend, row of the complex' as source,
        cast(null as string) as why_en, cast(null as string) as why_ko, is_simulated
    from quarters
    union all
    select metric, complex_id, 'complex_row' as definition, period, value, obs_status, break_ids,
        'kicox__industrial_trend, row of the complex, four quarters' as source,
        cast(null as string) as why_en, cast(null as string) as why_ko, is_simulated
    from years
    union all
    select metric, complex_id, 'growth_as_published' as definition, period, growth_pct as value,
        growth_pct_status as obs_status, break_ids,
        'kicox__industrial_trend, growth_quarterly.growth_pct' as source,
        cast(null as string) as why_en, cast(null as string) as why_ko, is_simulated
    from growth
    union all
    select metric, complex_id, 'like_for_like' as definition, period, growth_lfl_pct as value,
        growth_lfl_pct_status as obs_status, break_ids,
        'kicox__industrial_trend, growth_quarterly.growth_lfl_pct' as source,
        lfl_reason as why_en, lfl_reason_ko as why_ko, is_simulated
    from growth
    union all
    select metric, complex_id, 'share_of_total' as definition, period, value, obs_status, break_ids,
        'kicox__industrial_trend, row of the complex / row 계' as source,
        cast(null as string) as why_en, cast(null as string) as why_ko, is_simulated
    from shares
)

select
    metric,
    complex_id,
    definition,
    -- two definitions of growth are not two sources of one figure
    definition as concept,
    period,
    case when obs_status = 'A' then value end as value,
    case when length(period) = 4 then 12 else 3 end as months_covered,
    case when length(period) = 4 then 12 else 3 end as months_in_period,
    source,
    false as is_printed,
    case when obs_status <> 'A' then {{ complex_reason('en') }} end as reason_en,
    case when obs_status <> 'A' then {{ complex_reason('ko') }} end as reason_ko,
    break_ids,
    is_simulated
from gathered

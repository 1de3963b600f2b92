-- What the metrics of claims measure, by definition and period, in canonical units (seed
-- claim_metrics): shares of the nation, totals of the complexes as printed and as landed, and how
-- many complexes there are. `concept` joins the statements that are about the same thing, so that
-- sources which disagree can be told; `is_printed`: somebody stated the value itself.
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
        f.is_simulated,
        row_number() over (
            partition by m.metric, f.period order by f.figure_rank
        ) as place
    from {{ ref('int_figures_harmonised') }} as f
    inner join {{ ref('claim_metrics') }} as m on m.series = f.series and m.model = 'published_figure'
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
    {%- for metric, column in [
        ('kicox_production_krw_100m', 'production_krw_100m'),
        ('kicox_exports_usd_m', 'exports_usd_m'),
        ('kicox_employment_count', 'employment_count'),
    ] %}
    select
        '{{ metric }}' as metric,
        period,
        {{ column }} as value,
        is_simulated
    from {{ ref('int_complex_quarters_pivoted') }}
    where complex_id = '_T' and {{ column }}_status = 'A'
    union all
    {%- endfor %}
    select
        'kicox_complexes_count' as metric,
        period,
        cast(count(*) as double) as value,
        bool_or(is_simulated) as is_simulated
    from {{ ref('int_complex_quarters_pivoted') }}
    where complex_id <> '_T'
    group by period
),

trend_years as (
    select
        metric,
        substr(period, 1, 4) as period,
        cast(sum(cast(value as decimal(28, 8))) as double) as value,
        bool_or(is_simulated) as is_simulated
    from trend
    where metric in ('kicox_production_krw_100m', 'kicox_exports_usd_m')
    group by metric, substr(period, 1, 4)
    having count(*) = 4
)

select
    metric,
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
    is_simulated
from shares
union all
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
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    is_simulated
from figures
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
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    is_simulated
from printed_counts
union all
select
    metric,
    'trend_total' as definition,
    case metric when 'kicox_complexes_count' then 'managed_complexes' else 'total' end as concept,
    period,
    value,
    3 as months_covered,
    3 as months_in_period,
    'kicox__industrial_trend'
        || case metric when 'kicox_complexes_count' then ', complexes listed' else ', row 계' end as source,
    false as is_printed,
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    is_simulated
from trend
union all
select
    metric,
    'trend_total' as definition,
    'total' as concept,
    period,
    value,
    12 as months_covered,
    12 as months_in_period,
    'kicox__industrial_trend, row 계, four quarters' as source,
    false as is_printed,
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    is_simulated
from trend_years
union all
select
    'kicox_complexes_count' as metric,
    'national_type_register' as definition,
    'national_type_complexes' as concept,
    period,
    value,
    3 as months_covered,
    3 as months_in_period,
    'kicox__complex_status, national complexes, publisher''s total' as source,
    false as is_printed,
    cast(null as string) as reason_en,
    cast(null as string) as reason_ko,
    is_simulated
from {{ ref('int_status_totals_selected') }}
where complex_type = 'national' and province_code = '_T' and measure = 'complex_count' and value is not null

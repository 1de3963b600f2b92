-- share of the complexes in the nation = numerator / denominator × 100, by metric, definition and
-- period; a row wherever either is known, with a reason where the share cannot be had. Definitions
-- without a denominator are shares as somebody printed them; where sources disagree each stands:
-- as_published, as_published__2, … in the order of publication.
{%- set unit_of = "case %s when 'krw' then '억원' when 'usd' then '백만달러' when 'persons' then '명' end" %}
with definitions as (
    select metric, definition, name_ko, name_en, numerator_series, denominator_series, denominator_print
    from {{ ref('share_definitions') }}
    where denominator_series is not null
),

denominators as (
    select * from (
        select
            d.metric,
            d.definition,
            f.period,
            f.value,
            f.dimension,
            f.source || ', ' || coalesce(f.print, 'stated')
                || case when f.derivation = 'derived' then ', derived' else '' end as source,
            coalesce(f.print, 'stated') = 'preliminary' as is_preliminary,
            f.is_simulated,
            f.is_interface,
            row_number() over (
                partition by d.metric, d.definition, f.period order by f.figure_rank
            ) as choice
        from definitions as d
        inner join {{ ref('int_figures_harmonised') }} as f
            on f.series = d.denominator_series
            and (d.denominator_print is null or f.print = d.denominator_print)
        -- of a part of its period nothing can be said: a denominator is never scaled up
        where f.freq in ('A', 'Q')
            and coalesce(f.months_covered, 12) >= case when f.freq = 'A' then 12 else 3 end
    ) as ranked
    where choice = 1
),

numerators as (
    select d.metric, d.definition, n.variant, n.period, n.value, n.dimension, n.obs_status,
        n.months_covered, n.source, n.is_preliminary, n.is_simulated
    from definitions as d
    inner join {{ ref('int_numerators_annualised') }} as n on n.series = d.numerator_series
),

cells as (
    select metric, definition, variant, period from numerators
    union
    select metric, definition, '' as variant, period from denominators
    -- an interface goes back to quarters of which nothing is known of the complexes
    where not is_interface or length(period) = 4
),

matched as (
    select
        c.metric,
        c.definition || c.variant as definition,
        c.period,
        n.value as numerator,
        {{ unit_of % 'n.dimension' }} as numerator_unit,
        n.source as numerator_source,
        n.obs_status as numerator_status,
        b.value as denominator,
        {{ unit_of % 'b.dimension' }} as denominator_unit,
        b.source as denominator_source,
        -- which share it is about, in words: 'Of national exports' reads 'share of national exports'
        coalesce(d.name_ko, d.definition) as share_ko,
        coalesce('share ' || lower(substr(d.name_en, 1, 1)) || substr(d.name_en, 2), d.definition) as share_en,
        coalesce(n.months_covered, 0) as months_covered,
        case when length(c.period) = 4 then 12 else 3 end as months_in_period,
        coalesce(n.is_preliminary, false) or coalesce(b.is_preliminary, false) as is_preliminary,
        coalesce(n.is_simulated, false) or coalesce(b.is_simulated, false) as is_simulated
    from cells as c
    inner join definitions as d on d.metric = c.metric and d.definition = c.definition
    left join numerators as n
        on n.metric = c.metric and n.definition = c.definition
        and n.variant = c.variant and n.period = c.period
    left join denominators as b
        on b.metric = c.metric and b.definition = c.definition and b.period = c.period
),

computed as (
    select
        metric,
        definition,
        period,
        numerator,
        numerator_unit,
        numerator_source,
        denominator,
        denominator_unit,
        denominator_source,
        case when denominator <> 0 then numerator / denominator * 100 end as share_pct,
        months_covered,
        months_in_period,
        case
            when numerator_status = 'Q' then 'Q'
            when numerator is null or denominator is null then 'O'
            when denominator = 0 then 'M'
            else 'A'
        end as obs_status,
        case
            when numerator_status = 'Q'
                then 'input suppressed by the publisher: ' || share_en || ', ' || period
            when numerator is null then 'no figure of the complexes for ' || period || ': ' || share_en
            when denominator is null then 'no national denominator for ' || period || ': ' || share_en
            when denominator = 0 then 'zero base: ' || share_en || ', ' || period
        end as reason_en,
        case
            when numerator_status = 'Q'
                then '작성기관이 비공개(X)한 입력: ' || share_ko || ', ' || period
            when numerator is null then period || ' 산업단지 수치 없음: ' || share_ko
            when denominator is null then period || ' 전국 분모 없음: ' || share_ko
            when denominator = 0 then '기준값이 0: ' || share_ko || ', ' || period
        end as reason_ko,
        is_preliminary,
        is_simulated
    from matched
),

printed as (
    select
        d.metric,
        d.definition,
        f.period,
        f.value,
        f.source,
        coalesce(f.print, 'stated') = 'preliminary' as is_preliminary,
        f.is_simulated,
        row_number() over (
            partition by d.metric, d.definition, f.period
            order by f.published_at nulls last, f.source, f.figure_rank
        ) as place
    from {{ ref('share_definitions') }} as d
    inner join {{ ref('int_figures_harmonised') }} as f
        on f.series = d.numerator_series and f.freq in ('A', 'Q')
    where d.denominator_series is null
)

select
    metric,
    definition,
    period,
    numerator,
    numerator_unit,
    numerator_source,
    denominator,
    denominator_unit,
    denominator_source,
    share_pct,
    cast(months_covered as integer) as months_covered,
    cast(months_in_period as integer) as months_in_period,
    cast(months_covered as string) || '/' || cast(months_in_period as string) as coverage,
    obs_status,
    reason_ko,
    reason_en,
    is_preliminary,
    is_simulated
from computed
union all
select
    metric,
    definition || case when place = 1 then '' else '__' || cast(place as string) end as definition,
    period,
    cast(null as double) as numerator,
    cast(null as string) as numerator_unit,
    source as numerator_source,
    cast(null as double) as denominator,
    cast(null as string) as denominator_unit,
    source as denominator_source,
    value as share_pct,
    case when length(period) = 4 then 12 else 3 end as months_covered,
    case when length(period) = 4 then 12 else 3 end as months_in_period,
    case when length(period) = 4 then '12/12' else '3/3' end as coverage,
    case when value is null then 'O' else 'A' end as obs_status,
    case when value is null then '수치 없음: ' || source end as reason_ko,
    case when value is null then 'no figure: ' || source end as reason_en,
    is_preliminary,
    is_simulated
from printed

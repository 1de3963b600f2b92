-- One statistic against another.
--
--   status_vs_trend       firms of a complex in the status of all complexes and in the trend statistic,
--                         where both have one row for it and the same quarter. Two counts of one
--                         register: 5 %, or ten firms, whichever is more.
--   type_vs_complexes     the status statistic's total of a type against its top-level complexes
--   nation_vs_provinces   customs: exports of the country and of its provinces, by month; tables of
--                         thousand US$ (17 of them, half a thousand each, and revisions between two answers)
--   nation_vs_complexes   a national figure holds the complexes' figure (`part`): what is left is the
--                         rest of the country. `scope` where the denominator covers other
--                         establishments than the one of the year before it.
--   mining_vs_manufacturing  shipments of mining and manufacturing hold those of manufacturing (`part`)
with status_cells as (
    {%- for measure in ['tenant_count', 'operating_count'] %}
    select l.complex_id, q.period, '{{ measure }}' as measure, q.{{ measure }} as value,
        q.{{ measure }}_status as obs_status, q.is_simulated
    from {{ ref('int_status_quarters_pivoted') }} as q
    inner join {{ ref('status_complexes') }} as l on l.status_complex_id = q.status_complex_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

status_pairs as (
    select
        'status_vs_trend' as reconciliation_kind,
        s.measure as series,
        s.complex_id,
        s.period,
        '전국산업단지현황통계' as stated_as_ko,
        'status of all complexes' as stated_as,
        s.value as stated_value,
        '국가산업단지 산업동향' as compared_as_ko,
        'trend statistic' as compared_as,
        t.value as compared_value,
        2 as part_count,
        case when s.obs_status = 'Q' or t.obs_status = 'Q' then 1 else 0 end as suppressed_count,
        case when s.obs_status = 'A' and t.obs_status in ('A', 'Q') then 0 else 1 end as missing_count,
        m.unit_code as unit,
        greatest(0.05 * abs(t.value), 10) as tolerance,
        false as is_part,
        cast(null as string) as explanation,
        cast(null as string) as explanation_ko,
        cast(null as string) as explanation_en,
        s.is_simulated or t.is_simulated as is_simulated
    from status_cells as s
    inner join {{ ref('int_observations_quarterised') }} as t
        on t.complex_id = s.complex_id and t.period = s.period and t.measure = s.measure
        and t.industry_code = '_T' and t.size_class = '_T' and t.sex = '_T'
    inner join {{ ref('measures') }} as m on m.measure = s.measure
    where s.obs_status is not null and t.obs_status is not null
),

type_sums as (
    {%- for measure in ['tenant_count', 'operating_count'] %}
    select complex_type, period, '{{ measure }}' as measure,
        cast(sum(cast({{ measure }} as decimal(28, 8))) as double) as value,
        count(*) as part_count,
        sum(case when {{ measure }}_status = 'A' then 0 else 1 end) as missing_count,
        bool_or(is_simulated) as is_simulated
    from {{ ref('int_status_quarters_pivoted') }}
    where level = 0
    group by complex_type, period
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

type_pairs as (
    select
        'type_vs_complexes' as reconciliation_kind,
        t.measure as series,
        '_T' as complex_id,
        t.period,
        '현황통계 유형 합계: ' || t.complex_type as stated_as_ko,
        'total of the type ' || t.complex_type as stated_as,
        t.value as stated_value,
        '상위 단지의 합' as compared_as_ko,
        'sum of its top-level complexes' as compared_as,
        s.value as compared_value,
        s.part_count,
        0 as suppressed_count,
        s.missing_count,
        m.unit_code as unit,
        0.5 as tolerance,
        false as is_part,
        cast(null as string) as explanation,
        cast(null as string) as explanation_ko,
        cast(null as string) as explanation_en,
        s.is_simulated or t.is_simulated as is_simulated
    from {{ ref('int_status_totals_selected') }} as t
    inner join type_sums as s
        on s.complex_type = t.complex_type and s.period = t.period and s.measure = t.measure
    inner join {{ ref('measures') }} as m on m.measure = t.measure
    where t.province_code = '_T' and t.sex = '_T' and t.size_class = '_T' and t.value is not null
),

province_sums as (
    select period,
        cast(sum(cast(value as decimal(28, 8))) as double) as value,
        count(*) as part_count,
        sum(case when obs_status = 'Q' then 1 else 0 end) as suppressed_count,
        sum(case when obs_status in ('A', 'Q', 'M') then 0 else 1 end) as missing_count,
        bool_or(is_simulated) as is_simulated
    from {{ ref('int_series_vintaged') }}
    where series = 'exports_by_province' and is_latest and area <> 'KR' and freq = 'M'
    group by period
),

province_pairs as (
    select
        'nation_vs_provinces' as reconciliation_kind,
        'national_exports' as series,
        '_T' as complex_id,
        n.period,
        '관세청 전국 수출' as stated_as_ko,
        'customs, exports of the country' as stated_as,
        n.value as stated_value,
        '시도별 수출의 합' as compared_as_ko,
        'sum of the provinces' as compared_as,
        p.value as compared_value,
        p.part_count,
        p.suppressed_count,
        -- a province that is not in the answer
        p.missing_count + greatest((select count(*) from {{ ref('provinces') }}) - p.part_count, 0)
            as missing_count,
        u.unit_code as unit,
        1e-4 * abs(n.value) as tolerance,
        false as is_part,
        cast(null as string) as explanation,
        cast(null as string) as explanation_ko,
        cast(null as string) as explanation_en,
        n.is_simulated or p.is_simulated as is_simulated
    from {{ ref('int_series_vintaged') }} as n
    inner join province_sums as p on p.period = n.period
    inner join {{ ref('series') }} as u on u.series = n.series
    where n.series = 'national_exports' and n.area = 'KR' and n.freq = 'M' and n.is_latest
        and n.obs_status = 'A'
),

-- what a denominator covers: the words after the first comma of its scope
denominators as (
    select
        f.series, f.period, f.value, f.scope_ko, f.scope_en, u.unit_code as unit, f.is_simulated,
        f.source || ', ' || coalesce(f.print, 'stated') as source_text,
        {{ dbt.split_part('f.scope_en', "', '", 2) }} as establishments,
        f.freq
    from {{ ref('int_figures_harmonised') }} as f
    left join {{ ref('canonical_units') }} as u on u.dimension = f.dimension
    where f.figure_rank = 1 and f.freq in ('A', 'Q') and f.value is not null
),

scoped as (
    select
        *,
        lag(establishments) over (partition by series, freq order by period) as establishments_before,
        lag(period) over (partition by series, freq order by period) as period_before
    from denominators
),

nation_pairs as (
    select
        'nation_vs_complexes' as reconciliation_kind,
        d.denominator_series as series,
        '_T' as complex_id,
        s.period,
        n.denominator_source as stated_as_ko,
        n.denominator_source as stated_as,
        n.denominator as stated_value,
        n.numerator_source as compared_as_ko,
        n.numerator_source as compared_as,
        n.numerator as compared_value,
        2 as part_count,
        0 as suppressed_count,
        case when n.months_covered < n.months_in_period then 1 else 0 end as missing_count,
        s.unit,
        0.0 as tolerance,
        true as is_part,
        case when s.establishments <> s.establishments_before then 'scope' end as explanation,
        case when s.establishments <> s.establishments_before
            then s.period_before || '년의 분모와 조사 범위가 다름: ' || s.scope_ko end as explanation_ko,
        case when s.establishments <> s.establishments_before
            then 'the denominator covers other establishments than that of ' || s.period_before || ': '
                || s.scope_en end as explanation_en,
        n.is_simulated
    from {{ ref('int_shares_computed') }} as n
    inner join {{ ref('share_definitions') }} as d
        on d.metric = n.metric
        and d.definition = {{ dbt.split_part('n.definition', "'__'", 1) }}
        and d.denominator_series is not null
    inner join scoped as s on s.series = d.denominator_series and s.period = n.period
    -- of two prints of a denominator the strongest
    where n.share_pct is not null and n.denominator_source like s.source_text || '%'
        and n.definition = {{ dbt.split_part('n.definition', "'__'", 1) }}
),

shipments as (
    select
        'mining_vs_manufacturing' as reconciliation_kind,
        m.series,
        '_T' as complex_id,
        m.period,
        m.source_text as stated_as_ko,
        m.source_text as stated_as,
        m.value as stated_value,
        f.source_text as compared_as_ko,
        f.source_text as compared_as,
        f.value as compared_value,
        2 as part_count,
        0 as suppressed_count,
        0 as missing_count,
        m.unit,
        0.0 as tolerance,
        true as is_part,
        case when m.is_simulated <> f.is_simulated then 'simulated'
            when m.establishments <> f.establishments then 'scope' end as explanation,
        case when m.is_simulated <> f.is_simulated then '한쪽이 모의자료'
            when m.establishments <> f.establishments
            then '조사 범위가 다름: ' || m.scope_ko || ' / ' || f.scope_ko end as explanation_ko,
        case when m.is_simulated <> f.is_simulated then 'one of the two is simulated'
            when m.establishments <> f.establishments
            then 'they cover different establishments: ' || m.scope_en || ' / ' || f.scope_en end
            as explanation_en,
        m.is_simulated or f.is_simulated as is_simulated
    from denominators as m
    inner join denominators as f
        on f.series = 'national_manufacturing_shipments' and f.period = m.period
    where m.series = 'national_mining_manufacturing_shipments'
)

select * from status_pairs
union all
select * from type_pairs
union all
select * from province_pairs
union all
select * from nation_pairs
union all
select * from shipments

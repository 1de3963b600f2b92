-- Ratios of two measures of the same complex and quarter.
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'export_intensity_pct' as kpi,
    -- million US$ × won per US$ = million won; 억원 × 100 = million won
    {{ kpi_columns(
        'exports_usd_m * krw_per_usd / (production_krw_100m * 100) * 100',
        [kpi_input('exports_usd_m', 'exports_usd_m'),
         kpi_input('production_krw_100m', 'production_krw_100m', base=true)],
        more=[['krw_per_usd is null', 'O',
               "'no exchange rate for ' || period", "period || ' 환율 없음'"]]
    ) }}
    krw_per_usd as exchange_rate_krw_per_usd,
    is_simulated or rate_is_simulated as is_simulated
from {{ ref('int_complex_quarters_compared') }}
union all
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'output_per_worker_krw_m' as kpi,
    -- 억원 × 100 = million won; production covers manufacturers, so employment does as well
    {{ kpi_columns(
        'production_krw_100m * 100 / (employment_count - nonmfg_employment)',
        [kpi_input('production_krw_100m', 'production_krw_100m'),
         kpi_input('employment_count', 'employment_count'),
         kpi_input('nonmfg_employment', 'nonmfg_employment')],
        more=[['employment_count - nonmfg_employment <= 0', 'M',
               "'zero base: manufacturing employment ' || period",
               "'기준값이 0: 제조업 고용 ' || period"]]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated
from {{ ref('int_complex_quarters_compared') }}
union all
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'operating_ratio_pct' as kpi,
    {{ kpi_columns(
        'operating_count / tenant_count * 100',
        [kpi_input('operating_count', 'operating_count'),
         kpi_input('tenant_count', 'tenant_count', base=true)]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated
from {{ ref('int_complex_quarters_compared') }}
union all
select
    complex_id,
    '_T' as industry_code,
    '_T' as size_class,
    period,
    'women_share_pct' as kpi,
    {{ kpi_columns(
        'employment_women_count / employment_count * 100',
        [kpi_input('employment_women_count', 'employment_women_count'),
         kpi_input('employment_count', 'employment_count', base=true)]
    ) }}
    cast(null as double) as exchange_rate_krw_per_usd,
    is_simulated
from {{ ref('int_complex_quarters_compared') }}

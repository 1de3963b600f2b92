-- Persons employed by complex, industry and size class with every margin, UNPROTECTED.
-- CONFIDENTIAL: it stays in the candidate. The mart is made of it by disclosure control.
select
    dataset,
    period,
    coalesce(complex_id, '_T') as complex_id,
    coalesce(industry_code, '_T') as industry_code,
    coalesce(size_class, '_T') as size_class,
    cast(sum(employee_count) as bigint) as employment_count,
    count(*) as factory_count,
    count(distinct respondent) as respondent_count,
    bool_or(is_simulated) as is_simulated
from {{ ref('int_registry_units_gathered') }}
group by dataset, period, cube (complex_id, industry_code, size_class)

-- The grid of the industry KPIs: complex × quarter × industry, with the complex's total and the
-- publisher's own row 계 for the same industry and for all. '_T' stands for 계 among complexes.
select
    g.complex_id,
    i.industry_code,
    i.is_manufacturing,
    g.period,
    {%- for name, column in [('production', 'production_krw_100m'), ('employment', 'employment_count')] %}
    c.{{ column }} as {{ name }},
    c.{{ column }}_status as {{ name }}_status,
    g.{{ column }} as complex_{{ name }},
    g.{{ column }}_status as complex_{{ name }}_status,
    t.{{ column }} as industry_{{ name }},
    t.{{ column }}_status as industry_{{ name }}_status,
    g.total_{{ name }},
    g.total_{{ name }}_status,
    {%- endfor %}
    g.is_simulated or coalesce(c.is_simulated, false) as is_simulated,
    coalesce(t.is_simulated, false) or g.total_is_simulated as total_is_simulated
from {{ ref('int_complex_quarters_compared') }} as g
inner join {{ ref('industries') }} as i on i.industry_code <> '_T'
left join {{ ref('int_industry_quarters_pivoted') }} as c
    on c.complex_id = g.complex_id and c.industry_code = i.industry_code and c.period = g.period
left join {{ ref('int_industry_quarters_pivoted') }} as t
    on t.complex_id = '_T' and t.industry_code = i.industry_code and t.period = g.period

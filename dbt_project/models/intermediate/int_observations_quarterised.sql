-- One row a key and quarter, of what holds now.
--
-- Quarterly editions are taken as they are, and they win over the months. From months: a flow is
-- the sum of its three months; a stock and a cumulative figure are those of the last month; the
-- operating rate of a complex is output / capacity × 100 of the quarter. Anything else (rates by
-- size or industry, growth) cannot be had from months and is left out. Where a month is missing or
-- suppressed there is no number: the worst status of the three goes on, 'O' where one was never
-- stated. Nothing is filled up and nothing is inferred from what surrounds a suppressed cell.
with latest as (
    select
        complex_id, industry_code, size_class, sex, measure, kind, relation, freq, period, unit,
        value, obs_status, is_simulated
    from {{ ref('int_observations_vintaged') }}
    where is_latest
),

{{ quarterised(ref('measures')) }}

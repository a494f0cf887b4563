// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace va_event::numerics {

/// Gauss-Legendre rules of few nodes: tables for double, and computed once for wider types. The tables are literals, so
/// that results do not depend on the functions of the C library that compute nodes. Of all rules with n values of the
/// integrand they are right for the highest degree, and their weights are positive, so that no digits cancel; adaptive
/// rules, which choose where to look by what they find, would make an interval's cost and bits depend on its values.

/// Gauss-Legendre quadrature on [0, 1]: the sum of weight[k] f(node[k]) is the integral of f, exactly for polynomials f
/// of degree up to 2 count - 1. (An interval of length h: nodes and sum times h.)
template <class Real, std::size_t count>
struct GaussLegendre {
  std::array<Real, count> node;    ///< ascending, within (0, 1); node[count - 1 - k] = 1 - node[k]
  std::array<Real, count> weight;  ///< positive; they add up to 1
};

namespace detail {

/// The nodes are (1 - x)/2 of the zeros x of the Legendre polynomial P_count, by Newton's method in the type's own
/// arithmetic. P_n follows from n P_n = (2n - 1) x P_{n-1} - (n - 1) P_{n-2}, its derivative from
/// (x^2 - 1) P_n' = n (x P_n - P_{n-1}); the weight on [-1, 1] is 2/((1 - x^2) P_n'^2), on [0, 1] half of that.
/// Each step doubles the digits; the loop makes some more than that needs.
template <class Real, std::size_t count>
[[nodiscard]] GaussLegendre<Real, count> compute_gauss_legendre() {
  using std::acos;
  using std::cos;
  const Real pi = acos(Real(-1));
  GaussLegendre<Real, count> rule{};
  for (std::size_t k = 0; k < count; ++k) {
    // An asymptotic guess (Abramowitz & Stegun 22.16.6) is good to three digits or more.
    Real x = cos(pi * (Real(k + 1) - Real(1) / 4) / (Real(count) + Real(1) / 2));
    Real derivative(0);
    for (int digits = 3; digits < 4 * std::numeric_limits<Real>::digits; digits *= 2) {
      Real previous(1), value = x;
      for (std::size_t n = 2; n <= count; ++n) {
        const Real next = (Real(2 * n - 1) * x * value - Real(n - 1) * previous) / Real(n);
        previous = value;
        value = next;
      }
      derivative = Real(count) * (x * value - previous) / (x * x - 1);
      x -= value / derivative;
    }
    rule.node[k] = (1 - x) / 2;
    rule.weight[k] = 1 / ((1 - x * x) * derivative * derivative);
  }
  return rule;
}

/// Rules of doubles, from a computation with 60 digits; each literal has more digits than a double, so that it is
/// rounded once. A number of nodes that is not specialised below has weights 0, which gauss_legendre() refuses.
template <std::size_t count>
inline constexpr GaussLegendre<double, count> kGaussLegendre{};

// clang-format off
template <>
inline constexpr GaussLegendre<double, 4> kGaussLegendre<4> = {
    {0.06943184420297371238803, 0.3300094782075718675987, 0.6699905217924281324013, 0.930568155797026287612},
    {0.1739274225687269286865, 0.3260725774312730713135, 0.3260725774312730713135, 0.1739274225687269286865}};

template <>
inline constexpr GaussLegendre<double, 5> kGaussLegendre<5> = {
    {0.04691007703066800360119, 0.2307653449471584544818, 0.5, 0.7692346550528415455182, 0.9530899229693319963988},
    {0.1184634425280945437571, 0.2393143352496832340206, 0.2844444444444444444444, 0.2393143352496832340206, 0.1184634425280945437571}};

template <>
inline constexpr GaussLegendre<double, 6> kGaussLegendre<6> = {
    {0.03376524289842398609385, 0.1693953067668677431693, 0.3806904069584015456847, 0.6193095930415984543153, 0.8306046932331322568307, 0.9662347571015760139062},
    {0.08566224618958517252015, 0.1803807865240693037849, 0.2339569672863455236949, 0.2339569672863455236949, 0.1803807865240693037849, 0.08566224618958517252015}};

template <>
inline constexpr GaussLegendre<double, 7> kGaussLegendre<7> = {
    {0.02544604382862073773691, 0.1292344072003027800681, 0.2970774243113014165467, 0.5, 0.7029225756886985834533, 0.8707655927996972199319, 0.9745539561713792622631},
    {0.06474248308443484663531, 0.1398526957446383339507, 0.1909150252525594724752, 0.2089795918367346938776, 0.1909150252525594724752, 0.1398526957446383339507, 0.06474248308443484663531}};

template <>
inline constexpr GaussLegendre<double, 8> kGaussLegendre<8> = {
    {0.01985507175123188415822, 0.1016667612931866302042, 0.2372337950418355070911, 0.4082826787521750975303, 0.5917173212478249024697, 0.7627662049581644929089, 0.8983332387068133697958, 0.9801449282487681158418},
    {0.05061426814518812957627, 0.1111905172266872352722, 0.156853322938943643669, 0.1813418916891809914826, 0.1813418916891809914826, 0.156853322938943643669, 0.1111905172266872352722, 0.05061426814518812957627}};

template <>
inline constexpr GaussLegendre<double, 10> kGaussLegendre<10> = {
    {0.01304673574141413996102, 0.06746831665550774463395, 0.1602952158504877968828, 0.2833023029353764046004, 0.4255628305091843945576, 0.5744371694908156054424, 0.7166976970646235953996, 0.8397047841495122031172, 0.932531683344492255366, 0.986953264258585860039},
    {0.03333567215434406879678, 0.07472567457529029657289, 0.1095431812579910219978, 0.1346333596549981775456, 0.1477621123573764350869, 0.1477621123573764350869, 0.1346333596549981775456, 0.1095431812579910219978, 0.07472567457529029657289, 0.03333567215434406879678}};

template <>
inline constexpr GaussLegendre<double, 12> kGaussLegendre<12> = {
    {0.009219682876640374654725, 0.04794137181476257166077, 0.1150486629028476564816, 0.2063410228566912763516, 0.3160842505009099031237, 0.4373832957442655422638, 0.5626167042557344577362, 0.6839157494990900968763, 0.7936589771433087236484, 0.8849513370971523435184, 0.9520586281852374283392, 0.9907803171233596253453},
    {0.02358766819325591359731, 0.05346966299765921548013, 0.08003916427167311316733, 0.1015837133615329608745, 0.1167462682691774043804, 0.1245735229067013925003, 0.1245735229067013925003, 0.1167462682691774043804, 0.1015837133615329608745, 0.08003916427167311316733, 0.05346966299765921548013, 0.02358766819325591359731}};

template <>
inline constexpr GaussLegendre<double, 14> kGaussLegendre<14> = {
    {0.006858095651593830579201, 0.0357825581682132413318, 0.0863993424651175034051, 0.156353547594157264926, 0.2423756818209229540174, 0.3404438155360551197822, 0.4459725256463281689669, 0.5540274743536718310331, 0.6595561844639448802178, 0.7576243181790770459826, 0.843646452405842735074, 0.9136006575348824965949, 0.9642174418317867586682, 0.9931419043484061694208},
    {0.01755973016587593151592, 0.04007904357988010490282, 0.06075928534395159234471, 0.0786015835790967672848, 0.09276919873896890687086, 0.102599231860647801983, 0.1076319267315788950979, 0.1076319267315788950979, 0.102599231860647801983, 0.09276919873896890687086, 0.0786015835790967672848, 0.06075928534395159234471, 0.04007904357988010490282, 0.01755973016587593151592}};

template <>
inline constexpr GaussLegendre<double, 16> kGaussLegendre<16> = {
    {0.005299532504175033701923, 0.02771248846338371196101, 0.06718439880608412805977, 0.1222977958224984830524, 0.1910618777986781257767, 0.2709916111713863068288, 0.3591982246103705433848, 0.4524937450811812799073, 0.5475062549188187200927, 0.6408017753896294566152, 0.7290083888286136931712, 0.8089381222013218742233, 0.8777022041775015169476, 0.9328156011939158719402, 0.972287511536616288039, 0.9947004674958249662981},
    {0.01357622970587704742589, 0.03112676196932394643142, 0.04757925584124639240496, 0.06231448562776693602624, 0.07479799440828836604075, 0.08457825969750126909466, 0.09130170752246179443338, 0.0947253052275342481427, 0.0947253052275342481427, 0.09130170752246179443338, 0.08457825969750126909466, 0.07479799440828836604075, 0.06231448562776693602624, 0.04757925584124639240496, 0.03112676196932394643142, 0.01357622970587704742589}};
// clang-format on

}  // namespace detail

/// The rule with `count` nodes; for wider types it is computed at the first call, for all threads.
/// @tparam count for double: one of 4, 5, 6, 7, 8, 10, 12, 14, 16 (else it does not compile); for wider types any
template <class Real, std::size_t count>
[[nodiscard]] const GaussLegendre<Real, count>& gauss_legendre() {
  if constexpr (std::is_same_v<Real, double>) {
    static_assert(detail::kGaussLegendre<count>.weight[0] > 0.0, "no table for this number of nodes");
    return detail::kGaussLegendre<count>;
  } else {
    static const GaussLegendre<Real, count> rule = detail::compute_gauss_legendre<Real, count>();
    return rule;
  }
}

}  // namespace va_event::numerics

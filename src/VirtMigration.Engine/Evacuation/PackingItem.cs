namespace VirtMigration.Evacuation;

/// <summary>What is placed as one: a VM, or those that an affinity group keeps together.</summary>
/// <param name="Vms">The VMs, by their place in the problem.</param>
/// <param name="Needs">What they take, in bytes, by resource.</param>
/// <param name="Hosts">The hosts that take them, the best first.</param>
/// <param name="Suits">How well each of all hosts suits.</param>
/// <param name="Apart">The groups whose items may not share a host.</param>
/// <param name="Judged">Whether sums do not tell if it fits.</param>
internal sealed record PackingItem(int[] Vms, long[] Needs, int[] Hosts, int[] Suits, int[] Apart, bool Judged);

using VirtMigration.Policies;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The policies there are: those of the product, which cannot be changed, and those that operators added.</summary>
/// <param name="store">Where the added ones are kept.</param>
public sealed class PolicyCatalog(IClusterStore store)
{
    /// <summary>All policies, by name.</summary>
    public IReadOnlyList<MigrationPolicy> All() => Of(store.Load());

    /// <summary>All policies of a state that was read, by name.</summary>
    /// <param name="state">The state.</param>
    public static IReadOnlyList<MigrationPolicy> Of(ClusterState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. BuiltInPolicies.All.Concat(state.Policies).DistinctBy(policy => policy.Name, StringComparer.OrdinalIgnoreCase).OrderBy(policy => policy.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The policy with a name, without regard to case.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">PolicyNotFound, with the nearest names.</exception>
    public MigrationPolicy Find(string name) => Find(All(), name);

    /// <summary>The policy with a name among some.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">PolicyNotFound, with the nearest names.</exception>
    public static MigrationPolicy Find(IReadOnlyList<MigrationPolicy> policies, string name) =>
        policies.FirstOrDefault(policy => Same(policy.Name, name))
        ?? throw new UnknownNameException("PolicyNotFound", "policy", name, policies.Select(policy => policy.Name), "Get-VmMigrationPolicy");

    /// <summary>Adds a policy.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="VirtMigrationException">PolicyExists, or what <see cref="PolicyRules.Check"/> finds.</exception>
    public void Add(MigrationPolicy policy)
    {
        PolicyRules.Check(policy);
        store.Update(state => Of(state).Any(known => Same(known.Name, policy.Name))
            ? throw new VirtMigrationException("PolicyExists", $"There is a policy '{policy.Name}' already.",
                $"Choose another name, or change that one: Set-VmMigrationPolicy {policy.Name}.", policy.Name)
            : state with { Policies = [.. state.Policies, policy] });
    }

    /// <summary>Replaces a policy by one of the same name.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="VirtMigrationException">PolicyBuiltIn, PolicyNotFound, or what <see cref="PolicyRules.Check"/> finds.</exception>
    public void Replace(MigrationPolicy policy)
    {
        PolicyRules.Check(policy);
        store.Update(state =>
        {
            RequireOwn(Find(Of(state), policy.Name));
            return state with { Policies = [.. state.Policies.Select(known => Same(known.Name, policy.Name) ? policy : known)] };
        });
    }

    /// <summary>Removes a policy. Whether anybody uses it is asked before.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="VirtMigrationException">PolicyBuiltIn or PolicyNotFound.</exception>
    public void Remove(string name) => store.Update(state =>
    {
        RequireOwn(Find(Of(state), name));
        return state with { Policies = [.. state.Policies.Where(known => !Same(known.Name, name))] };
    });

    /// <summary>Throws for a policy that belongs to the product.</summary>
    /// <param name="policy">The policy.</param>
    /// <exception cref="VirtMigrationException">PolicyBuiltIn.</exception>
    public static void RequireOwn(MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.BuiltIn)
        {
            throw new VirtMigrationException("PolicyBuiltIn", $"Policy {policy.Name} comes with the product and cannot be changed or removed.",
                $"Make your own from it: New-VmMigrationPolicy My{policy.Name} -From {policy.Name}.", policy.Name);
        }
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}

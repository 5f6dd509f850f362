using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>Memory goes over the network that was meant for it only where its address is known: over the wrong one it goes without a
/// word.</summary>
public sealed class MigrationAddressCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string state = $"Register it: {subject.Register("-MigrationAddress <address>")}.";
        if (subject.Host.Registration.MigrationAddress is not string address)
        {
            if (subject.Cluster.MigrationNetwork is null)
            {
                yield return subject.Warning("MigrationAddressNotStated", "a registered migration address",
                    "has none: memory goes to where its own migration_host or host name leads, over whatever network that is", state);
            }
        }
        else if (LocalNames.Is(address))
        {
            yield return subject.Blocker("MigrationAddressLocal", "a migration address that means it on other hosts", $"is registered with {address}", state);
        }

        if (subject.Cluster.MigrationNetwork is string network && Outside(network, subject) is VirtMigrationException error)
        {
            yield return subject.Blocker(error.ErrorId, $"a migration address in {network}, the network that cluster '{subject.Cluster.Cluster}' states",
                $"is registered with {subject.Host.Registration.MigrationAddress ?? "none"}", error.RecommendedAction);
        }
    }

    private static VirtMigrationException? Outside(string network, HostSubject subject)
    {
        try
        {
            MigrationAddressRule.RequireWithin(network, subject.Host.Registration);
            return null;
        }
        catch (VirtMigrationException error)
        {
            return error;
        }
    }
}

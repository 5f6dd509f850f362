using System.Net;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Planning;

/// <summary>Where memory is sent to.</summary>
internal static class MigrationAddressRule
{
    public static string? Apply(PlanContext context)
    {
        HostRegistration destination = context.Request.Destination.Registration;
        if (context.Asked.MigrationNetwork is string network)
        {
            RequireWithin(network, destination);
        }

        string? address = destination.MigrationAddress?.Trim('[', ']');
        string? uri = address is null ? null : $"tcp://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}";
        string shown = uri ?? "the host's own choice";
        string reason = uri is null
            ? $"{destination.Name} has no migration address registered: its migration_host decides"
            : $"the migration address registered for {destination.Name}";
        context.Record("MigrationAddress", shown, SettingOrigin.Host, shown,
            context.Asked.MigrationNetwork is null ? reason : $"{reason}, in the cluster's migration network {context.Asked.MigrationNetwork}");
        return uri;
    }

    /// <summary>Throws for a host whose registered migration address is not known to lie in a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="VirtMigrationException">MigrationAddressOutsideNetwork.</exception>
    public static void RequireWithin(string network, HostRegistration host)
    {
        IPNetwork range = OptionRules.ParseNetwork(network);
        if (!IPAddress.TryParse(host.MigrationAddress?.Trim('[', ']'), out IPAddress? address) || !range.Contains(address))
        {
            throw new VirtMigrationException("MigrationAddressOutsideNetwork",
                $"Memory must be sent over {network}, but the migration address registered for {host.Name} is {host.MigrationAddress ?? "none"}.",
                $"Register its address in that network: Get-VmHost {host.Name} | Register-VmHost -MigrationAddress <address> -Force (which keeps the rest); or take the option back: Set-ClusterMigrationOption {host.Cluster} -MigrationNetwork None.",
                host.Name);
        }
    }
}

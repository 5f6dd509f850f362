using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>What the migration link carries decides on the bandwidth and on automatic parallel connections.</summary>
public sealed class LinkSpeedCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        HostRegistration host = subject.Host.Registration;
        return subject.Host.LinkSpeed is not null
            ? []
            : [subject.Warning("LinkSpeedUnknown", "a known speed of its migration link, for the bandwidth and for parallel connections by Auto",
                host.MigrationInterface is string name
                    ? $"does not tell a speed of {name}: it is not there, it is down, or its driver states none"
                    : "has neither an interface nor a speed registered",
                $"State it: {subject.Register("-LinkSpeed 10Gbps")}; or the interface that has it: -MigrationInterface <name> (ssh {subject.Name} ip -brief address).")];
    }
}

using VirtMigration.Inventory;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>What the bulk statistics say about one domain.</summary>
internal readonly struct DomainRecord
{
    private DomainRecord(int state, int reason, int? vcpus, long? memoryKibibytes)
    {
        State = DomainState.StateOf(state);
        Reason = DomainState.ReasonOf(state, reason);
        VCpus = vcpus;
        MemoryKibibytes = memoryKibibytes;
    }

    /// <summary>Its state.</summary>
    public VmPowerState State { get; }

    /// <summary>Why it is in that state.</summary>
    public VmStateReason Reason { get; }

    /// <summary>The vCPUs online; null where the driver leaves them out.</summary>
    public int? VCpus { get; }

    /// <summary>The memory it is given; null where the driver leaves it out.</summary>
    public long? MemoryKibibytes { get; }

    /// <summary>Reads a record (VIR_DOMAIN_STATS_* in libvirt-domain.h).</summary>
    /// <param name="entries">The statistics.</param>
    public static DomainRecord Read(ReadOnlySpan<VirTypedParameter> entries)
    {
        int state = 0, reason = 0;
        int? vcpus = null;
        long? memory = null;
        foreach (ref readonly VirTypedParameter entry in entries)
        {
            switch (entry.Name)
            {
                case var name when name.Is("state.state"u8): state = (int)entry.ToInt64(); break;
                case var name when name.Is("state.reason"u8): reason = (int)entry.ToInt64(); break;
                case var name when name.Is("vcpu.current"u8): vcpus = (int)entry.ToInt64(); break;
                case var name when name.Is("balloon.current"u8): memory = entry.ToInt64(); break;
                default: break;
            }
        }

        return new(state, reason, vcpus, memory);
    }
}

using VirtMigration.Native.Connections;
using VirtMigration.Native.Errors;
using VirtMigration.Ports;

namespace VirtMigration.Native.Domains;

/// <summary>A walk over the running VMs of a host that asks each for its job. A VM whose QEMU hangs holds the walk up; whoever
/// waits can then take what was found and begin another after that VM.</summary>
/// <param name="domains">The VMs.</param>
/// <param name="first">Where to begin.</param>
internal sealed class MigrationSurvey(IReadOnlyList<ActiveDomain> domains, int first)
{
    private readonly Lock _lock = new();
    private readonly List<ActiveMigration> _found = [];
    private int _next = first;

    /// <summary>Walks to the end, from where an earlier connection broke. Blocks.</summary>
    /// <param name="connection">The connection.</param>
    public bool Run(LibvirtConnection connection)
    {
        for (int i = _next; i < domains.Count; i++)
        {
            ActiveMigration? migration = Ask(connection, domains[i]);
            lock (_lock)
            {
                _next = i + 1;
                if (migration is not null)
                {
                    _found.Add(migration);
                }
            }
        }

        return true;
    }

    /// <summary>What was found so far, and the VM that is being asked.</summary>
    public (IReadOnlyList<ActiveMigration> Found, int Next) Take()
    {
        lock (_lock)
        {
            return ([.. _found], _next);
        }
    }

    // Counters are the proof of an outgoing migration, code 84 ("migration statistics are available only on the source host") that
    // of an incoming one. For the rest, a migration that broke among it, the state has to do.
    private static ActiveMigration? Ask(LibvirtConnection connection, ActiveDomain active)
    {
        try
        {
            using LibvirtDomain domain = connection.Find(active.Uuid);
            return domain.GetJob() is { IsOutgoingMigration: true } job
                ? active.Migration(connection.Host, MigrationDirection.Outgoing, job.Counters)
                : active.MigrationByState(connection.Host);
        }
        catch (HypervisorException error) when (error.Code == (int)ErrorCode.OperationUnsupported)
        {
            return active.Migration(connection.Host, MigrationDirection.Incoming, null);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            return null;
        }
        catch (HypervisorException error) when (error.Fault != HypervisorFault.Unreachable)
        {
            return active.MigrationByState(connection.Host);
        }
    }
}

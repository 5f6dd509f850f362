using System.Globalization;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Says in whose hands migrations are: one owner at a time, who renews a lease as long as it lives. A lease is free where there
/// is none, where its shell, of this machine, is gone, and where its shell, of another machine, does not renew it while the taker looks:
/// machines' clocks are not trusted.</summary>
/// <param name="leases">Where the leases are kept.</param>
/// <param name="shells">The shells of this machine.</param>
/// <param name="clock">The clock.</param>
public sealed class MigrationOwnership(IMigrationLeases leases, IShells shells, TimeProvider clock)
{
    // A file on a server that hangs must not keep a migration from starting.
    private static readonly TimeSpan s_storePatience = TimeSpan.FromSeconds(5);

    // Others may take it in the very moment between the look and the taking; who loses that often has found somebody alive before.
    private const int MostAttempts = 10;

    /// <summary>How often a holder renews its lease: 5 s, so that 20 migrations cost four small files a second.</summary>
    public TimeSpan RenewalInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a taker looks at a lease of another machine: 20 s, in which three renewals may fail or come late.</summary>
    public TimeSpan LookFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often it looks meanwhile.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The shell that asks.</summary>
    public ShellProcess Shell => shells.Own;

    /// <summary>Whether a shell is alive; null: it cannot be asked from here.</summary>
    /// <param name="shell">The shell.</param>
    public bool? IsAlive(ShellProcess shell) => shells.IsAlive(shell);

    /// <summary>One look at whose hands a VM's migration is in.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The lease, null where nobody holds one or the store does not say; and whether its shell is alive, null where it runs on
    /// another machine.</returns>
    public async Task<(MigrationLease? Lease, bool? Alive)> LookAsync(Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            MigrationLease? lease = (await ReadAsync(vm, cancellationToken)).Lease;
            return lease is null ? (null, null) : (lease, shells.IsAlive(lease.Shell));
        }
        catch (VirtMigrationException)
        {
            return (null, null);
        }
    }

    /// <summary>Takes a VM's migration into this shell's hands. Where the store fails nobody can be kept away, and the holding says so in
    /// its notices.</summary>
    /// <param name="wanted">Who wants it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationHeld: it is in the hands of a live shell.</exception>
    public async Task<HeldLease> TakeAsync(LeaseRequest wanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        MigrationLease mine = new()
        {
            Vm = wanted.Vm,
            VmName = wanted.VmName,
            Id = Guid.NewGuid(),
            Operator = wanted.Operator,
            Shell = shells.Own,
            Policy = wanted.Policy,
            TakenAt = clock.GetUtcNow(),
            TakenOverFrom = wanted.TakenOverFrom,
        };
        List<string> notices = [];
        try
        {
            LeaseReading found = new(null, null);
            for (int attempt = 0; attempt < MostAttempts; attempt++)
            {
                found = await RequireFreeAsync(wanted, found.Lease, cancellationToken);
                if (await ReplaceAsync(wanted.Vm, found.Lease, mine, cancellationToken))
                {
                    notices.AddRange(found.Notice is string notice ? [notice] : []);
                    return new(this, mine, kept: true, notices);
                }
            }

            throw new VirtMigrationException("LeaseLocked", $"The lease of VM '{wanted.VmName}' changed {MostAttempts} times while it was taken.",
                "Try again.", wanted.VmName);
        }
        catch (VirtMigrationException error) when (error.ErrorId != "MigrationHeld")
        {
            notices.Add($"nobody else is kept from steering this migration, for that could not be noted: {error.Message}");
            return new(this, mine, kept: false, notices);
        }
    }

    /// <summary>Whether a lease binds: its shell is alive, or cannot be asked from here.</summary>
    internal bool Binds(MigrationLease lease) => shells.IsAlive(lease.Shell) != false;

    internal Task<LeaseReading> ReadAsync(Guid vm, CancellationToken cancellationToken) =>
        BoundedAsync(leases.ReadAsync(vm, cancellationToken), cancellationToken);

    internal Task<bool> ReplaceAsync(Guid vm, MigrationLease? found, MigrationLease? next, CancellationToken cancellationToken) =>
        BoundedAsync(leases.ReplaceAsync(vm, found, next, CancellationToken.None), cancellationToken);

    internal Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(RenewalInterval, clock, cancellationToken);

    // What changed since the first look is alive.
    private async Task<LeaseReading> RequireFreeAsync(LeaseRequest wanted, MigrationLease? first, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            LeaseReading found = await ReadAsync(wanted.Vm, cancellationToken);
            if (found.Lease is not MigrationLease other || shells.IsAlive(other.Shell) is false)
            {
                return found;
            }

            first ??= other;
            if (shells.IsAlive(other.Shell) is true || !first.IsUnchanged(other))
            {
                throw Held(wanted, other);
            }

            if (clock.GetElapsedTime(began) >= LookFor)
            {
                return found;
            }

            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }

    /// <summary>The error for a migration in other hands.</summary>
    internal static VirtMigrationException Held(LeaseRequest wanted, MigrationLease other) => new(
        "MigrationHeld",
        $"VM '{wanted.VmName}': its migration is in the hands of {other}, since {Moment(other.TakenAt)}, with policy {other.Policy}.",
        $"Watch it: Watch-VmMigration {wanted.VmName}; or stop it: Stop-VmMigration {wanted.VmName}. It can be taken over when that process has ended.",
        wanted.VmName);

    /// <summary>A moment as it is told to people, in UTC.</summary>
    internal static string Moment(DateTimeOffset when) => when.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static async Task<T> BoundedAsync<T>(Task<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work.WaitAsync(s_storePatience, cancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new VirtMigrationException("LeaseLocked", $"The leases have not answered for {DurationText.Exact(s_storePatience)}.",
                "See whether the folder of the cluster file can be reached.", null, error);
        }
    }
}

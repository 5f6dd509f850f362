using Newtonsoft.Json;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The leases as small files in the folder <c>leases</c> beside the cluster file, one a VM, named by its UUID: replaced
/// atomically, and changed under a lock. They bind those who share the folder.</summary>
public sealed class LeaseFolder : IMigrationLeases
{
    private const string FolderName = "leases";

    // Renewing a lease takes a millisecond or two; three seconds mean that a holder of the lock hangs.
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(3);

    /// <summary>Creates the store.</summary>
    /// <param name="folder">The folder of the cluster file; that of the leases is made in it when the first one is taken.</param>
    public LeaseFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        FolderPath = Path.Combine(Path.GetFullPath(folder), FolderName);
    }

    /// <summary>The folder of the leases.</summary>
    public string FolderPath { get; }

    /// <inheritdoc/>
    public Task<LeaseReading> ReadAsync(Guid vm, CancellationToken cancellationToken) => Task.Run(() => Read(vm), cancellationToken);

    /// <inheritdoc/>
    public Task<bool> ReplaceAsync(Guid vm, MigrationLease? found, MigrationLease? next, CancellationToken cancellationToken) =>
        Task.Run(() => Replace(vm, found, next), cancellationToken);

    /// <summary>The file of a VM's lease.</summary>
    /// <param name="vm">The VM.</param>
    public string FileOf(Guid vm) => Path.Combine(FolderPath, $"{vm}.json");

    private LeaseReading Read(Guid vm)
    {
        string path = FileOf(vm);
        try
        {
            MigrationLease? lease = LeaseForm.Read(File.ReadAllText(path), out long? newer);
            return newer is long version ? throw TooNew(path, version)
                : lease?.Vm == vm ? new(lease, null)
                : throw new JsonSerializationException("it is of another VM");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(null, null);
        }
        catch (JsonException error)
        {
            // Written atomically, it can only have been damaged afterwards; and a VM must not stay bound to what nobody can read.
            return new(null, $"the lease {path} cannot be understood and counts as none: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VirtMigrationException("LeaseUnreadable", $"The lease {path} cannot be read: {error.Message}",
                "See to the file's rights, or name another folder in VIRTMIGRATION_HOME.", path, error);
        }
    }

    private bool Replace(Guid vm, MigrationLease? found, MigrationLease? next)
    {
        string path = FileOf(vm);
        try
        {
            Directory.CreateDirectory(FolderPath);
            using FileStream held = FileLock.Take(Path.Combine(FolderPath, "lock"), s_lockPatience, error => new(
                "LeaseLocked", $"The leases in {FolderPath} have been locked by another process for {s_lockPatience.TotalSeconds:0} s.",
                "Look for a process that hangs with the file open.", FolderPath, error));
            MigrationLease? there = Read(vm).Lease;
            if (there is null ? found is not null : !there.IsUnchanged(found))
            {
                return false;
            }

            if (next is null)
            {
                File.Delete(path);
            }
            else
            {
                AtomicFile.Replace(path, LeaseForm.Write(next), durable: false);
            }

            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VirtMigrationException("LeaseUnwritable", $"The lease {path} cannot be written: {error.Message}",
                "See to the folder's rights and room, or name another folder in VIRTMIGRATION_HOME.", path, error);
        }
    }

    private static VirtMigrationException TooNew(string path, long version) => new(
        "LeaseTooNew",
        $"The lease {path} has version {version}; this version of VirtMigration knows up to {LeaseForm.CurrentVersion}.",
        "Update the module.",
        path);
}

using System.Security.Cryptography;
using System.Text;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The slot locks as files in the folder <c>slots</c> beside the cluster file, one a host. Who has a host's file open has its
/// lock, so that of a shell that died is free at once; in whose hands it is stands in a second file, for the first cannot be read
/// meanwhile. The locks bind those who share the folder.</summary>
public sealed class SlotFolder : ISlotLocks
{
    private const string FolderName = "slots";

    // A file's name may have 255 bytes; a host's mostly has ten.
    private const int LongestName = 60;

    /// <summary>Creates the store.</summary>
    /// <param name="folder">The folder of the cluster file; that of the locks is made in it when the first one is taken.</param>
    public SlotFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        FolderPath = Path.Combine(Path.GetFullPath(folder), FolderName);
    }

    /// <summary>The folder of the locks.</summary>
    public string FolderPath { get; }

    /// <inheritdoc/>
    public Task<SlotLock> TryTakeAsync(IReadOnlyList<string> hosts, string holder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hosts);
        return Task.Run(() => TryTake(hosts, holder), cancellationToken);
    }

    /// <summary>The file that is open while a host's lock is held. It is never removed: another might hold what nobody finds any
    /// more.</summary>
    /// <param name="host">The host by registered name, in whatever case.</param>
    public string LockOf(string host) => Path.Combine(FolderPath, $"{NameOf(host)}.lock");

    /// <summary>The file with the holder's words.</summary>
    /// <param name="host">The host by registered name, in whatever case.</param>
    public string HolderOf(string host) => Path.Combine(FolderPath, $"{NameOf(host)}.holder");

    private SlotLock TryTake(IReadOnlyList<string> hosts, string holder)
    {
        Held held = new();
        try
        {
            Directory.CreateDirectory(FolderPath);

            // All take them in one order, so that two who want the same two do not each get one and both go without.
            foreach (string host in hosts.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
            {
                if (FileLock.TryTake(LockOf(host)) is not FileStream file)
                {
                    held.Release();
                    return new(null, host, WordsOf(host));
                }

                held.Add(file, HolderOf(host));
                Say(host, holder);
            }

            return new(held, null, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            held.Release();
            throw new VirtMigrationException("SlotLockUnwritable", $"The slot locks in {FolderPath} cannot be written: {error.Message}",
                "See to the folder's rights and room, or name another folder in VIRTMIGRATION_HOME.", FolderPath, error);
        }
    }

    // The lock is what counts: without its holder's words others only know less.
    private void Say(string host, string holder)
    {
        try
        {
            AtomicFile.Replace(HolderOf(host), holder, durable: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Forget(HolderOf(host));
        }
    }

    private string? WordsOf(string host)
    {
        try
        {
            string words = File.ReadAllText(HolderOf(host)).Trim();
            return words.Length == 0 ? null : words;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is being written, or was let go of in this moment.
            return null;
        }
    }

    // Letters, digits, dots, dashes and underscores stay; a name with anything else, or too long, is told from every other by its hash.
    private static string NameOf(string host)
    {
        string name = host.ToLowerInvariant();
        string safe = string.Concat(name.Take(LongestName).Select(one => char.IsAsciiLetterOrDigit(one) || one is '.' or '-' or '_' ? one : '_'));
        return safe == name && !name.StartsWith('.') ? name : $"_{safe}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16]}";
    }

    private static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next holder writes over it.
        }
    }

    private sealed class Held : IAsyncDisposable
    {
        private readonly List<(FileStream File, string Words)> _files = [];

        public void Add(FileStream file, string words) => _files.Add((file, words));

        // The words go first: afterwards they may be another's.
        public void Release()
        {
            foreach ((FileStream file, string words) in _files)
            {
                Forget(words);
                file.Dispose();
            }

            _files.Clear();
        }

        public ValueTask DisposeAsync()
        {
            Release();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Diagnostics;

namespace VirtMigration.State;

/// <summary>A lock that shells share: a file beside the one it guards, open in one of them at a time. It is released with the file's
/// handle, so also where the holder dies.</summary>
internal static class FileLock
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock without waiting; disposing the file releases it.</summary>
    /// <param name="path">The lock's file.</param>
    /// <returns>Null: another has it, of this process or of any other.</returns>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return Open(path);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock; disposing the file releases it.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="patience">How long another may hold it.</param>
    /// <param name="locked">Makes the error for one who held it longer.</param>
    public static FileStream Take(string path, TimeSpan patience, Func<IOException, VirtMigrationException> locked)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(path);
            }
            catch (IOException) when (File.Exists(path) && Stopwatch.GetElapsedTime(start) < patience)
            {
                Task.Delay(s_retry).Wait();
            }
            catch (IOException error) when (File.Exists(path))
            {
                throw locked(error);
            }
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
}

namespace VirtMigration.State;

/// <summary>Replaces a file's content so that whoever reads it sees the old or the new one, and never a part.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces it. What fails leaves the file as it was.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="durable">Whether it must outlast the machine: then it waits for the disk.</param>
    public static void Replace(string path, string text, bool durable)
    {
        string next = $"{path}.{Environment.ProcessId}.new";
        try
        {
            using (FileStream stream = new(next, FileMode.Create, FileAccess.Write, FileShare.None))
            using (StreamWriter writer = new(stream))
            {
                writer.WriteLine(text);
                writer.Flush();
                stream.Flush(durable);
            }

            File.Move(next, path, overwrite: true);
        }
        catch (IOException)
        {
            Forget(next);
            throw;
        }
    }

    // What had no room takes none.
    private static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next attempt writes over it.
        }
    }
}

using System.Text;

namespace VirtMigration.State;

/// <summary>The lines of one file of the history, from the front or from the back. What is added meanwhile is not waited for.</summary>
internal sealed class HistoryLines : IDisposable
{
    // Some hundred runs at a time.
    private const int BlockSize = 1 << 20;

    private readonly FileStream _file;

    private HistoryLines(FileStream file) => _file = file;

    /// <summary>Opens a file; null: it is not there. It stays readable when it is renamed or deleted.</summary>
    public static HistoryLines? Open(string path)
    {
        try
        {
            return new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>The lines, the oldest first.</summary>
    public async IAsyncEnumerable<string> ForwardAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] block = new byte[BlockSize];
        int kept = 0;
        long position = 0;
        while (true)
        {
            int read = await ReadAsync(position, block.AsMemory(kept), cancellationToken);
            position += read;
            int have = kept + read;
            int start = 0;
            while (block.AsSpan(start, have - start).IndexOf((byte)'\n') is int length and >= 0)
            {
                if (length > 0)
                {
                    yield return Encoding.UTF8.GetString(block, start, length);
                }

                start += length + 1;
            }

            kept = have - start;
            if (read == 0)
            {
                break;
            }

            // A line that fills the block needs a larger one.
            byte[] next = kept > block.Length / 2 ? new byte[block.Length * 2] : block;
            block.AsSpan(start, kept).CopyTo(next);
            block = next;
        }

        if (kept > 0)
        {
            yield return Encoding.UTF8.GetString(block, 0, kept);
        }
    }

    /// <summary>The lines, the newest first.</summary>
    public async IAsyncEnumerable<string> BackwardAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] rest = [];
        long position = _file.Length;
        while (position > 0)
        {
            int take = (int)Math.Min(BlockSize, position);
            position -= take;
            byte[] block = new byte[take + rest.Length];

            // Less than was asked for comes only where somebody cut the file meanwhile, so only at its end.
            int read = await ReadAsync(position, block.AsMemory(0, take), cancellationToken);
            rest.CopyTo(block, read);
            int end = read + rest.Length;
            while (block.AsSpan(0, end).LastIndexOf((byte)'\n') is int newline and >= 0)
            {
                if (newline + 1 < end)
                {
                    yield return Encoding.UTF8.GetString(block, newline + 1, end - newline - 1);
                }

                end = newline;
            }

            rest = block[..end];
        }

        if (rest.Length > 0)
        {
            yield return Encoding.UTF8.GetString(rest);
        }
    }

    public void Dispose() => _file.Dispose();

    // As much as there is, up to what was asked for.
    private async Task<int> ReadAsync(long position, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            _file.Position = position;
            return await _file.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (IOException error)
        {
            throw Unreadable(_file.Name, error);
        }
    }

    private static VirtMigrationException Unreadable(string path, Exception error) => new(
        "HistoryUnreadable",
        $"The history file {path} cannot be read: {error.Message}",
        "See to the file's rights, or name another folder in VIRTMIGRATION_HOME.",
        path,
        error);
}
